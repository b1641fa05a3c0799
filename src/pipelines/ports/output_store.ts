import type { Step } from "../core/build_result.ts";

/** Keeps the outputs of steps where other commands find them. */
export interface OutputStore {
  /** Writes all outputs of one step at once. Throws AppError. */
  keep(
    outputs: { readonly step: Step; readonly values: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<void>;
}
