import { usageError } from "../../../lib/errors.ts";
import { maskUrlLogins } from "../../../lib/url_login.ts";
import type { CommandEnv } from "../../command.ts";
import type { ServerCalls } from "../../server_types.ts";

/** Reads a whole number from 1. */
export function readCount(text: string, where: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(
    "number_malformed",
    `Reading ${where}: "${text}" is no whole number from 1`,
    "Write digits only",
  );
}

/**
 * Reads the address of the database; undefined without one. Throws AppError if it is malformed, and if a flag has a password:
 * every account of the machine sees the flags of its processes.
 */
export function databaseOf({ values, variables }: CommandEnv): string | undefined {
  const flag = values.text("database");
  const text = flag ?? (variables["SHOWTIME_SERVER__DATABASE"] || undefined);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) {
    throw usageError(
      "database_malformed",
      `Reading the database: ${JSON.stringify(maskUrlLogins(text))} is no address of PostgreSQL`,
      "Write it as postgres://host/name",
    );
  }
  if (flag !== undefined && url.password !== "") {
    throw usageError(
      "database_password",
      "Reading --database: it has a password, which every account of this machine would see",
      "Set SHOWTIME_SERVER__DATABASE in place of the flag",
    );
  }
  return text;
}

/** Makes the calls to the server that the flags and variables name. */
export async function serverOf(env: CommandEnv): Promise<ServerCalls> {
  const { values, variables } = env;
  const url = values.text("server") ?? (variables["SHOWTIME_SERVER"] || "http://localhost:8080");
  const key = variables["SHOWTIME_API_KEY"] || variables["BASS_API_KEY"];
  return await (await env.wiring()).serverCalls({ url, key });
}

/** Reads the number of a build, which is the first argument. */
export function buildNumber({ args: [text = ""] }: CommandEnv): string {
  const number = text.replace(/^#/, "");
  if (/^\d{1,15}$/.test(number)) return number;
  throw usageError(
    "build_malformed",
    `Reading the build: "${text}" is no number`,
    "`showtime build list` lists them",
  );
}
