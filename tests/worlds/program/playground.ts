/** `showtime simulate --play` and `test-lifecycle --browser` as processes, for tests that play on their pages. */

import assert from "node:assert/strict";
import { spawnShowtime } from "./process.ts";

/** A program that serves pages to play on. */
export interface RunningPlay {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The address of the first pull request's page. */
  readonly page: string;
  /** `owner/name`. */
  readonly repo: string;
  /** Ends it as Ctrl-C does behind `npx` and `deno task`, and returns its exit code and what it said. */
  stop(): Promise<{ readonly code: number; readonly said: string }>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Starts the program and waits until it prints the address of its page. */
export async function startPlay(
  args: readonly string[],
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<RunningPlay> {
  const child = spawnShowtime(args, { env, oneStream: true });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const errors = child.stderr.pipeTo(new WritableStream());
  let said = "";
  let page: string | undefined;
  while (page === undefined) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Starting ${args.join(" ")}: it ended after "${said}"`);
    said += value;
    page = /^Open (http:\/\/127\.0\.0\.1:\d+\/\S*) in a browser$/m.exec(said)?.[1];
  }
  const rest = (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) said += next.value;
  })();
  const ended = async () => {
    const { code } = await child.status;
    await Promise.all([rest, errors]);
    return { code, said };
  };
  const { origin, pathname } = new URL(page);
  return {
    url: origin,
    page,
    repo: pathname.split("/").slice(1, 3).join("/"),
    async stop() {
      child.kill("SIGINT");
      // The second signal follows when the first one has been heard: two at once are one to a process.
      await fetch(origin).then((answer) => answer.body?.cancel(), () => undefined);
      try {
        child.kill("SIGINT");
      } catch {
        // It has ended already.
      }
      return await ended();
    },
    async kill() {
      child.kill("SIGKILL");
      await ended();
    },
  };
}

/** Returns the names of the containers that the engine has for a repository. */
export async function containersOf(repo: string): Promise<readonly string[]> {
  const args = ["ps", "--all", "--filter", `label=showtime_repo=${repo}`, "--format", "{{.Names}}"];
  const { stdout, success } = await new Deno.Command("docker", { args }).output();
  assert.ok(success);
  return new TextDecoder().decode(stdout).split("\n").filter((name) => name !== "");
}
