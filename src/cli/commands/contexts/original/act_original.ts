import type { OriginalCall, OriginalPorts } from "../../../../contexts/app/original/original_ports.ts";
import { WAIT_MS } from "../../../../contexts/app/original/original_ports.ts";
import { getOriginal } from "../../../../contexts/app/original/read_original.ts";
import {
  generateOriginal,
  initOriginal,
  loadOriginal,
  setOriginal,
} from "../../../../contexts/app/original/store_original.ts";
import { parseContextId } from "../../../../contexts/core/context_id.ts";
import { usageError } from "../../../../lib/errors.ts";
import type { CommandEnv } from "../../../command.ts";
import type { ContextTools } from "../../../wiring_types.ts";
import { needed } from "./original_errors.ts";
import type { OriginalWords } from "./original_words.ts";

type Action = "init-new" | "load" | "get" | "generate" | "handle-event" | "set";

/**
 * The order in which the original tool looks for what to do. The others along with the first one are dropped.
 */
const ACTIONS: readonly Action[] = ["init-new", "load", "get", "generate", "handle-event", "set"];

/** Does the first of the actions that the words name; without one it only reads the configuration. */
export async function actOriginal(
  env: CommandEnv,
  words: OriginalWords,
  { warns }: { readonly warns: boolean },
): Promise<void> {
  const read = (flag: string, variable: string) =>
    needed(words.text(flag) ?? env.variables[variable], { flag, variable });
  const originalFiles = {
    config: read("config", "CICDSTATEMGR_CONFIG_PATH"),
    secrets: read("secrets", "CICDSTATEMGR_SECRETS_PATH"),
  };
  const action = ACTIONS.find((name) => names(words, name));
  const tools = await (await env.wiring()).contexts({
    flags: env.flags,
    terminal: warns ? env.terminal : { ...env.terminal, warn: () => undefined },
    waitMs: WAIT_MS,
    originalFiles,
    reveals: action === "get",
  });
  try {
    if (action !== undefined) await act(env, { action, words, tools });
  } finally {
    await tools.ports.store.close();
  }
}

/** Whether the words name an action. A flag with an empty text does not; `--set` with one does. */
function names(words: OriginalWords, action: Action): boolean {
  return action === "load" || action === "set" ? words.has(action) : words.text(action) !== undefined;
}

interface Act {
  readonly action: Action;
  readonly words: OriginalWords;
  readonly tools: ContextTools;
}

async function act(env: CommandEnv, { action, words, tools }: Act): Promise<void> {
  const { signal, variables } = env;
  const ports = portsOf(tools);
  const read = (flag: string, variable: string) =>
    needed(words.text(flag) ?? variables[variable], { flag, variable });
  const call = (id: string): OriginalCall => ({
    id: parseContextId(id),
    pairs: words.texts("set"),
    event: readEvent(words, action),
    vars: words.texts("tmpl-ctx-var"),
    secretsAllowed: tools.secretsAllowed,
  });
  if (action === "init-new") {
    const file = read("init-app-config-file", "CICDSTATEMGR_INIT_APP_CONFIG_PATH");
    const basesDir = words.text("init-bases-dir") ?? (variables["CICDSTATEMGR_BASES_DIR_PATH"] || undefined);
    const id = words.text("init-new") ?? "";
    const context = words.texts("init-cicd-context-name").at(-1) ?? "stage";
    await initOriginal(ports, { ...call(id), context, app: { file, basesDir } }, signal);
    return env.lines([id]);
  }
  const known = call(read("id", "CICDSTATEMGR_CONTEXT_DATA_ID"));
  const expression = words.text(action) ?? "";
  switch (action) {
    case "load":
      return await loadOriginal(ports, known, signal);
    case "get": {
      const text = await getOriginal(ports, { ...known, expression }, signal);
      if (text !== undefined) env.reveal(text);
      return;
    }
    case "generate":
      return await generateOriginal(ports, { ...known, path: expression }, signal);
    case "handle-event":
    case "set":
      return await setOriginal(ports, known, signal);
  }
}

/**
 * Reads `--handle-event pipeline=event`. Beside `--init-new` and `--load`, one with an empty half has no
 * effect.
 */
function readEvent(words: OriginalWords, action: Action): OriginalCall["event"] {
  const text = words.text("handle-event");
  if (text === undefined || !["init-new", "load", "handle-event"].includes(action)) return undefined;
  const [pipeline = "", event = "", ...rest] = text.split("=");
  if (!text.includes("=") || rest.length > 0) {
    throw usageError(
      "event_invalid",
      `Reading --handle-event: ${JSON.stringify(text)} is not pipeline=event`,
      "Write it as build=success",
    );
  }
  return action !== "handle-event" && (pipeline === "" || event === "") ? undefined : { pipeline, event };
}

function portsOf({ ports, settings, appFiles, comments, http }: ContextTools): OriginalPorts {
  const readCopy = settings.copies.findIndex(({ kind }) => kind === "yamlfile" || kind === "jsonfile");
  return {
    ...ports,
    settings,
    appFiles,
    comments,
    // The driver is loaded for an event that sends something.
    http: { send: async (request, signal) => await (await http()).send(request, signal) },
    lacksCopy: async () => await ports.copies[readCopy]?.isMissing?.() ?? false,
  };
}
