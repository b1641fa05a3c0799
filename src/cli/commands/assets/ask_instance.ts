/** The settings of a new instance: from flags, and from questions about what no flag says. */

import { secretVariable, type WrittenInstance } from "../../../config/mod.ts";
import { usageError } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { readPort } from "../../read_arguments.ts";
import { METHODS } from "./ask_instance_options.ts";

type Method = keyof typeof METHODS;

/** The flags of each method, by key of the file; `secret` is in SECRETS. */
const NEEDED: Readonly<Record<Method, readonly string[]>> = {
  password: ["username"],
  session: ["username"],
  token: [],
  oauth: ["authorization_url", "token_url", "client_id"],
  client_credentials: ["token_url", "client_id"],
};

/** The key that has the secret of each method. A client of a person's login often has none. */
const SECRETS: Readonly<Record<Method, string>> = {
  password: "password",
  session: "password",
  token: "token",
  oauth: "client_secret",
  client_credentials: "client_secret",
};

const TAKEN: readonly string[] = [
  "username",
  "provider",
  "authorization_url",
  "token_url",
  "client_id",
  "scope",
];

/** A new instance. */
export interface NewInstance {
  readonly name: string;
  readonly instance: WrittenInstance;
  /** The variables that hold its secrets. */
  readonly variables: readonly string[];
}

/** Gathers the settings. Throws AppError `flags_missing` (exit code 2) naming every flag, if no person can be asked. */
export async function askInstance(env: CommandEnv): Promise<NewInstance> {
  const { values, terminal } = env;
  const missing: string[] = [];
  const ask = async (flag: string, question: string): Promise<string> => {
    const given = values.text(flag);
    if (given !== undefined) return given;
    const answer = env.flags.json ? undefined : await terminal.ask(question, {
      initial: "",
      check: (text) => text.trim() === "" ? "It is needed" : undefined,
    });
    if (answer === undefined) missing.push(`--${flag}`);
    return answer?.trim() ?? "";
  };
  const name = env.args[0] ?? await ask("name", "Which name does the instance get? Such as qa");
  const url = await ask("url", "Which address does its start page have?");
  const method = values.text("method") as Method | undefined ??
    (env.flags.json || missing.length > 0
      ? undefined
      : await terminal.choose("How does the program log in?", {
        initial: "password",
        choices: Object.entries(METHODS).map(([value, label]) => ({ value: value as Method, label })),
      })) ??
    "password";
  const auth: Record<string, string | number> = { method };
  for (const key of NEEDED[method]) {
    auth[key] = await ask(withDashes(key), `Which ${key.replaceAll("_", " ")}?`);
  }
  for (const key of TAKEN) {
    const given = values.text(withDashes(key));
    if (given !== undefined) auth[key] = given;
  }
  const port = values.read("redirect-port", readPort);
  if (port !== undefined) auth["redirect_port"] = port;
  if (missing.length > 0) {
    const flags = missing.map((flag) => flag === "--name" ? "the name" : flag);
    throw usageError(
      "flags_missing",
      `Adding an instance: ${flags.join(" and ")} ${flags.length === 1 ? "is" : "are"} missing`,
      `Give ${flags.length === 1 ? "it" : "them"}, or run it on a terminal`,
    );
  }
  const secret = values.text("secret") ??
    (method === "oauth" ? undefined : `\${env:${secretVariable(name, SECRETS[method])}}`);
  if (secret !== undefined) auth[SECRETS[method]] = secret;
  const variable = /^\$\{env:(\w+)\}$/.exec(secret ?? "")?.[1];
  return {
    name,
    instance: { url: url.replace(/\/+$/, ""), ...(values.flag("insecure") ? { insecure: true } : {}), auth },
    variables: variable === undefined ? [] : [variable],
  };
}

/** Returns the flag, or the name, that a dotted key of the file is written from: `--url` of `assets.instances.qa.url`. */
export function flagOf(key: string, name: string): string {
  const own = key.slice(`assets.instances.${name}`.length + 1);
  const last = own.split(".").at(-1) ?? "";
  if (last === "") return "the name";
  return Object.values(SECRETS).includes(last) ? "--secret" : `--${withDashes(last)}`;
}

function withDashes(key: string): string {
  return key.replaceAll("_", "-");
}
