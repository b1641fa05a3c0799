import { wantsColor } from "../../../lib/paint.ts";
import type { PipelineNode } from "../../../pipelines/core/pipeline.ts";
import type { Spool } from "../../../pipelines/ports/spool.ts";
import type { CommandEnv } from "../../command.ts";
import type { BuildView } from "../../render/pipelines/build_view.ts";
import { makeStyle } from "../../render/style.ts";

/** The build that a view is for. */
export interface ViewRequest {
  readonly root: PipelineNode;
  /** Whether programs run one at a time. */
  readonly oneAtATime: boolean;
  readonly now: () => number;
  readonly makeSpool: () => Promise<Spool>;
}

/**
 * Makes the view of a build that fits its reader: groups for the log of Actions, a tree in place on a terminal, else
 * lines. Only the module of that view is loaded.
 */
export async function chooseView(env: CommandEnv, request: ViewRequest): Promise<BuildView> {
  const { flags, flags: { json, quiet }, streams, style, variables, terminal } = env;
  const inActions = variables["GITHUB_ACTIONS"] === "true";
  if (paintsTree(env)) {
    const { makeTerminalView } = await import("../../render/pipelines/terminal_view.ts");
    return makeTerminalView({ ...request, streams, style, signal: env.signal, every });
  }
  const cancelling = () =>
    terminal.say("Cancelling: tear-downs run. A second signal ends everything at once");
  env.signal.addEventListener("abort", cancelling, { once: true });
  if (inActions && !json) {
    const [{ makeActionsView }, spool] = await Promise.all([
      import("../../render/pipelines/actions_view.ts"),
      request.makeSpool(),
    ]);
    const newToken = () => crypto.randomUUID().replaceAll("-", "");
    return makeActionsView({ ...request, write: streams.stdout, spool, style, newToken, quiet });
  }
  const color = wantsColor({ env: variables, allowed: flags.color, tty: streams.stderrTty });
  const { makeLinesView } = await import("../../render/pipelines/lines_view.ts");
  return makeLinesView({
    output: quiet ? undefined : json ? streams.stderr : streams.stdout,
    talk: streams.stderr,
    warn: (text) => terminal.warn(text),
    // The talk goes to stderr, which may be another kind of stream than stdout.
    style: makeStyle({ ...terminal.can, color }),
    quiet,
    inActions,
  });
}

/** Whether the tree is painted in place: for a person at a terminal that can move its cursor. */
function paintsTree({ flags: { json, quiet, verbose }, streams, variables }: CommandEnv): boolean {
  const isPlain = variables["TERM"] === "dumb" || (variables["CI"] ?? "") !== "" ||
    variables["GITHUB_ACTIONS"] === "true";
  return streams.stdoutTty && streams.stderrTty && !json && !quiet && !verbose && !isPlain;
}

function every(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms);
  return () => clearInterval(timer);
}
