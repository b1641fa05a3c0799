/** Commands that change `assets.instances` in `showtime.yml`. */

import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderTable } from "../../render/table.ts";
import { askInstance, flagOf } from "./ask_instance.ts";
import { assetsTools } from "./shared.ts";

const CONFIG_FILE = "showtime.yml";

/** Writes a new instance into the configuration. Asks for what no flag says. */
export async function runInstancesAdd(env: CommandEnv): Promise<ExitCode> {
  const { addInstance } = await import("../../../config/mod.ts");
  const { path: file, change } = await openConfig(env);
  const { name, instance, variables } = await askInstance(env);
  await change((text) => addInstance(text, name, instance), {
    action: `Adding ${name}`,
    sourceOf: (key) => flagOf(key, name),
    remedyOf: (remedy) => remedy.replace("write insecure: true", "add --insecure"),
  });
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
  const { path: file, change } = await openConfig(env);
  const tools = await assetsTools(env);
  await change((text) => removeInstance(text, name));
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
  const { path: file, change } = await openConfig(env);
  const tools = await assetsTools(env);
  const found = importSup(path, await tools.readText(path));
  const leftOut = [...found.leftOut];
  const added: typeof found.instances[number][] = [];
  await change((text) =>
    found.instances.reduce((before, each) => {
      if (tools.config.instances.has(each.name)) {
        leftOut.push({ name: each.name, reason: "assets.instances has it already" });
        return before;
      }
      added.push(each);
      return addInstance(before, each.name, each.instance);
    }, text), {
    action: `Importing ${path}`,
    sourceOf: (key) => `${path}, as ${key}`,
    remedyOf: (remedy) => remedy.replace("write insecure: true", 'add it by "instances add --insecure"'),
  });
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

/** The configuration file, which is changed only if the result is valid. */
export interface EditedFile {
  readonly path: string;
  /** Changes the text. What is wrong with the new text comes from elsewhere, and `origin` says where it stands there. */
  change(edit: (text: string) => string, origin?: ChangeOrigin): Promise<void>;
}

/** The place that a change comes from. */
interface ChangeOrigin {
  /** The attempted action, for the message. */
  readonly action: string;
  /** Returns the place of a dotted key of the file there. */
  readonly sourceOf: (key: string) => string;
  /** Says a remedy in the words of that place. */
  readonly remedyOf?: (remedy: string) => string;
}

/** Reads the configuration file. Throws AppError `config_elsewhere` (exit code 2) if it lies outside the working folder. */
export async function openConfig(env: CommandEnv): Promise<EditedFile> {
  const path = env.flags.config ?? CONFIG_FILE;
  const wiring = await env.wiring();
  const files = await wiring.files();
  const elsewhere = (state: string) =>
    usageError(
      "config_elsewhere",
      `Changing ${path}: ${state}`,
      "Run it in the folder of the file, or above",
    );
  const text = await files.read(path).catch((error: unknown) => {
    throw error instanceof RangeError ? elsewhere("it is outside the working folder") : error;
  });
  // A file in this folder would hide the one above it.
  if (text === undefined && env.flags.config === undefined && ((await wiring.place())?.depth ?? 0) > 0) {
    throw elsewhere("it is not in this folder, which is not the root of the clone");
  }
  return {
    path,
    async change(edit, origin) {
      const { ConfigError, loadConfig } = await import("../../../config/mod.ts");
      const check = (checked: string) => loadConfig({ file: { path, text: checked }, env: {}, flags: {} });
      if (text !== undefined) check(text);
      const before = text ?? "version: 1\n";
      const changed = edit(before);
      if (changed === before) return;
      try {
        check(changed);
      } catch (error) {
        if (origin === undefined || !(error instanceof ConfigError)) throw error;
        // The lines of the new text are in no file.
        const problems = error.problems.map(({ code, path: key, message, remedy }) => ({
          source: origin.sourceOf(key),
          code,
          path: "",
          message,
          remedy: origin.remedyOf?.(remedy) ?? remedy,
        }));
        throw new ConfigError("config_invalid", origin.action, problems);
      }
      await files.write(path, changed);
    },
  };
}
