import type { LinkMaker, RunIdentity } from "../run.ts";

/** Returns the page of this workflow run, which has its log; undefined outside of Actions. */
export function runUrlOf(
  { identity: { run }, links }: {
    readonly identity: Pick<RunIdentity, "run">;
    readonly links: Pick<LinkMaker, "run">;
  },
): string | undefined {
  return run === undefined ? undefined : links.run(run.id);
}
