import { usageError } from "../../../lib/errors.ts";
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
