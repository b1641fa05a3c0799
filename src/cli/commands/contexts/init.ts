import { initContext } from "../../../contexts/app/init_context.ts";
import { makeTree } from "../../../contexts/app/make_tree.ts";
import { writeCopies } from "../../../contexts/app/write_context.ts";
import { type ContextId, parseContextId } from "../../../contexts/core/context_id.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import type { ContextTools } from "../../wiring_types.ts";
import { endWrite } from "./end_write.ts";
import { fire, readEventName } from "./fire.ts";
import { assertBasesOfApp, printJson, readPairs, readWait, withContexts } from "./shared.ts";

/** Makes a context and prints its ID. */
export async function runInit(env: CommandEnv): Promise<ExitCode> {
  const { values } = env;
  const id = parseContextId(values.text("id") ?? crypto.randomUUID());
  const event = values.read("event", readEventName);
  assertFlags(env);
  return await withContexts(env, async (tools) => {
    const { ports } = tools;
    const { stored, written } = await initContext(ports, {
      id,
      tree: await treeOf(env, tools, { id }),
      existing: values.flag("replace") ? "replace" : values.flag("if-absent") ? "leave" : "refuse",
      waitMs: readWait(env),
    }, env.signal);
    const { version } = stored.newest;
    if (written && values.flag("dry-run")) {
      await endWrite(env, tools, { written: stored });
      return event === undefined ? EXIT.done : await fire(env, tools, { id, ...event, quiet: true });
    }
    // A script gets the ID also if a copy or the event fails. With --json the error is the only document then.
    if (!env.flags.json) env.lines([id]);
    if (!written) env.terminal.say(`The context ${id} exists and was left at version ${version}`);
    else if (event === undefined) await writeCopies(ports, stored, env.signal);
    const exitCode = written && event !== undefined
      ? await fire(env, tools, { id, ...event, quiet: true })
      : EXIT.done;
    if (env.flags.json) printJson(env, { id, version, written });
    else env.next(`set SHOWTIME_CONTEXT_ID=${id} for the steps that use the context`);
    return exitCode;
  });
}

function assertFlags({ values }: CommandEnv): void {
  if (values.flag("replace") && values.flag("if-absent")) {
    throw usageError(
      "flags_conflict",
      "Reading the command line: --replace and --if-absent exclude each other",
      "Choose one",
    );
  }
  assertBasesOfApp(values);
}

async function treeOf(env: CommandEnv, tools: ContextTools, { id }: { readonly id: ContextId }) {
  const file = env.values.text("app");
  return await makeTree({
    id,
    context: env.values.text("context") ?? "stage",
    app: file === undefined ? undefined : { file, basesDir: env.values.text("bases") },
    operations: await readPairs(env.values.raws("set"), tools),
  }, { appFiles: tools.appFiles, random: tools.ports.random });
}
