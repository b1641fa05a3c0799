/** The bounds of Python's `[start:stop:step]`. A negative one counts from the end. */
export interface SliceBounds {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  /** Not 0. */
  readonly step: number;
}

/** Finds the first position of a slice, and the one before which it ends, in a list of a length. */
export function resolveSlice(
  { start, stop, step }: SliceBounds,
  length: number,
): { readonly start: number; readonly stop: number } {
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (bound: number | undefined, absent: number) =>
    bound === undefined ? absent : Math.min(highest, Math.max(lowest, bound < 0 ? bound + length : bound));
  return {
    start: clamp(start, step > 0 ? lowest : highest),
    stop: clamp(stop, step > 0 ? highest : lowest),
  };
}

/** Returns the elements of a slice. */
export function sliceList<T>(list: readonly T[], bounds: SliceBounds): readonly T[] {
  const { start, stop } = resolveSlice(bounds, list.length);
  const picked: T[] = [];
  for (let at = start; bounds.step > 0 ? at < stop : at > stop; at += bounds.step) {
    const element = list[at];
    if (element !== undefined) picked.push(element);
  }
  return picked;
}
