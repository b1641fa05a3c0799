import type { ProgramEnd } from "../../pipelines/ports/programs.ts";
import { constants } from "node:os";

/** Returns the end of a program. A code of 129 to 159 stands for a signal: a shell that waited for a program uses it. */
export function programEnd(
  { code, signal }: { readonly code: number; readonly signal: string | null },
): ProgramEnd {
  return { code, signal: signal ?? signalOf(code) };
}

function signalOf(code: number): string | undefined {
  if (code < 129 || code > 159) return undefined;
  return Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
}
