/** Commands that change `assets.instances` in `showtime.yml`. */

import { AppError, EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/table.ts";
import { askInstance } from "./ask_instance.ts";
import { assetsTools } from "./shared.ts";

const FILE = "showtime.yml";

/** Writes a new instance into the configuration. Asks for what no flag says. */
export async function runInstancesAdd(env: CommandEnv): Promise<ExitCode> {
  const { addInstance } = await import("../../../config/mod.ts");
  const { name, instance, variables } = await askInstance(env);
  const file = await change(env, (text) => addInstance(text, name, instance));
  if (env.flags.json) env.json({ instance: name, file, variables });
  else env.lines([`${name} is in ${file}`]);
  for (const variable of variables) {
    if (!env.variables[variable]) env.terminal.say(`Set ${variable}: ${file} refers to it`);
  }
  env.next(`"showtime assets instances test ${name}" logs in`);
  return EXIT.done;
}

/** Removes an instance from the configuration, with its saved login. */
export async function runInstancesRemove(env: CommandEnv): Promise<ExitCode> {
  const { removeInstance } = await import("../../../config/mod.ts");
  const name = env.args[0] ?? "";
  const tools = await assetsTools(env);
  const file = await change(env, (text) => removeInstance(text, name));
  const loggedOut = await tools.savedLogin(name).remove();
  if (env.flags.json) env.json({ instance: name, file, logged_out: loggedOut });
  else {env.lines([
      `${name} is not in ${file} any more${loggedOut ? ", and its saved login is deleted" : ""}`,
    ]);}
  env.next(`Ledger and runs stay in .showtime/assets/${name}: delete that folder if nothing is to be undone`);
  return EXIT.done;
}

/** Reads the instances of `sup` into the configuration. Secrets become references to variables. */
export async function runInstancesImport(env: CommandEnv): Promise<ExitCode> {
  const { addInstance, importSup } = await import("../../../config/mod.ts");
  const home = env.variables["HOME"] || env.variables["USERPROFILE"] || "~";
  const path = env.args[0] ?? `${home}/.sup/config.yml`;
  const tools = await assetsTools(env);
  const found = importSup(path, await tools.readText(path));
  const leftOut = [...found.leftOut];
  const added: typeof found.instances[number][] = [];
  const file = await change(env, (text) =>
    found.instances.reduce((before, each) => {
      if (tools.config.instances.has(each.name)) {
        leftOut.push({ name: each.name, reason: "assets.instances has it already" });
        return before;
      }
      added.push(each);
      return addInstance(before, each.name, each.instance);
    }, text));
  if (env.flags.json) {
    env.json({
      file,
      instances: added.map(({ name, instance, variables, notes }) => ({
        name,
        url: instance.url,
        method: instance.auth["method"],
        variables: variables.map(({ variable, key, was }) => ({ variable, key, was: was ?? null })),
        notes,
      })),
      left_out: leftOut,
    });
  } else {
    env.lines(renderTable(
      [{ title: "INSTANCE" }, { title: "RESULT", wraps: true }],
      [
        ...added.map(({ name, instance, notes }) => [
          { text: name },
          { text: [`added, login by ${instance.auth["method"]}`, ...notes].join("; ") },
        ]),
        ...leftOut.map(({ name, reason }) => [{ text: name }, { text: `left out: ${reason}` }]),
      ],
      { style: env.style },
    ));
  }
  for (const { variable, key, was } of added.flatMap(({ variables }) => variables)) {
    env.terminal.say(
      was === undefined
        ? `Set ${variable} to the ${key} that stands in ${path}: no secret was copied`
        : `Set ${variable} to the value of ${was}: the program reads only names that begin with SHOWTIME_`,
    );
  }
  env.next('"showtime assets instances test" logs in');
  return leftOut.length > found.instances.length - added.length ? EXIT.incomplete : EXIT.done;
}

/** Changes the configuration file, if the result is valid. Returns its path. */
async function change(env: CommandEnv, edit: (text: string) => string): Promise<string> {
  const { loadConfig } = await import("../../../config/mod.ts");
  const path = env.flags.config ?? FILE;
  const files = await (await env.wiring()).files();
  try {
    const text = edit(await files.read(path) ?? "version: 1\n");
    loadConfig({ file: { path, text }, env: {}, flags: {} });
    await files.write(path, text);
  } catch (error) {
    if (!(error instanceof RangeError) || error instanceof AppError) throw error;
    throw usageError(
      "config_elsewhere",
      `Changing ${path}: it is outside the folder that showtime runs in`,
      "Run it in the folder of the file, or above",
    );
  }
  return path;
}
