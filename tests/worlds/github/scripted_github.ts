/** A GitHub whose answers are a script: for requests, waits, retries and errors of the driver. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { prNumber } from "../../../src/lib/ids.ts";
import { type GithubForgeOptions, makeGithubForge } from "../../../src/drivers/github/mod.ts";
import type { Forge } from "../../../src/environments/ports/forge.ts";

/** Makes one answer of a scripted server. */
export type Answer = () => Response | Promise<Response>;

/** A driver at a scripted server, and what it did there. */
export interface Scene {
  readonly forge: Forge;
  readonly requests: Request[];
  readonly waits: string[];
  readonly slept: number[];
}

export const NEVER = new AbortController().signal;
export const PR = prNumber(9);
export const LOCK = { name: "🎪 lock pr-9", color: "6A737D", description: "v1 n=abcdefgh x=1" };

/** Makes a driver whose requests get these answers in turn, and the last one for all further requests. */
export function script(answers: readonly Answer[], options: Partial<GithubForgeOptions> = {}): Scene {
  const requests: Request[] = [];
  const waits: string[] = [];
  const slept: number[] = [];
  const clock = {
    now: () => 1_700_000_000_000,
    sleep: (ms: number, signal: AbortSignal) => {
      slept.push(ms);
      return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve();
    },
  };
  const fake = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    requests.push(new Request(input, init));
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    if (answer === undefined) throw new TypeError("no answer is scripted");
    return await answer();
  };
  const forge = makeGithubForge({
    token: "ghp_secret0123456789",
    repo: "o/r",
    restUrl: "https://github.example/api/v3",
    graphqlUrl: "https://github.example/api/graphql",
    userAgent: "showtime/1.2.3 run/101.2",
    clock,
    fetch: fake,
    onWait: (text) => waits.push(text),
    ...options,
  });
  return { forge, requests, waits, slept };
}

/** Makes an answer in JSON. */
export function json(
  status: number,
  body: unknown,
  { ...headers }: Readonly<Record<string, string>> = {},
): Answer {
  return () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
}

/** Returns the AppError that a call fails with. */
export async function failure(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof AppError, `not an AppError: ${error}`);
    return error;
  }
  throw new Error("it did not fail");
}
