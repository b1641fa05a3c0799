import type { ShortSha } from "../../../lib/ids.ts";

/** A thing that is removed; a label definition has the commit that it is about. */
interface Removable {
  readonly kind: string;
  readonly what: string;
  readonly short?: ShortSha | undefined;
}

/** Merges all label definitions into the first of them, because a commit has several. One alone stays as it is. */
export function groupDefinitions<Each extends Removable>(candidates: readonly Each[]): readonly Each[] {
  const definitions = candidates.filter(isDefinition);
  const [first] = definitions;
  if (first === undefined || definitions.length === 1) return candidates;
  const commits = new Set(definitions.map(({ short }) => short));
  const of = commits.size === 1 ? "1 commit" : `${commits.size} commits`;
  const group = { ...first, what: `${definitions.length} label definitions of ${of}` };
  return candidates.flatMap((each) => each === first ? [group] : isDefinition(each) ? [] : [each]);
}

function isDefinition({ kind }: Removable): boolean {
  return kind === "label";
}
