/** A folder in which real builds run, with the launcher on the PATH. */

import { type Finished, runShowtime, spawnShowtime } from "../program/process.ts";

const ROOT = decodeURIComponent(new URL("../../../", import.meta.url).pathname);

/** A folder with files of pipelines. */
export interface BuildPlace extends AsyncDisposable {
  readonly folder: string;
  /** A word that is in the environment of every process of this place. */
  readonly marker: string;
  readonly env: Readonly<Record<string, string>>;
  write(path: string, text: string): Promise<void>;
  /** Writes a script that can be run. */
  writeProgram(path: string, text: string): Promise<void>;
  run(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
  start(words: readonly string[], env?: Readonly<Record<string, string>>): Deno.ChildProcess;
  /** The commands of processes of this place that run now. */
  processes(): readonly string[];
}

/** Makes the folder. */
export async function makeBuildPlace(files: Readonly<Record<string, string>> = {}): Promise<BuildPlace> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-build-" });
  const marker = `marker-${crypto.randomUUID()}`;
  const env = { PATH: `${ROOT}:${Deno.env.get("PATH")}`, PLACE_MARKER: marker };
  const place: BuildPlace = {
    folder,
    marker,
    env,
    async write(path, text) {
      const whole = `${folder}/${path}`;
      await Deno.mkdir(whole.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(whole, text);
    },
    async writeProgram(path, text) {
      await place.write(path, text);
      await Deno.chmod(`${folder}/${path}`, 0o755);
    },
    run: (words, more = {}) => runShowtime(words, { cwd: folder, env: { ...env, ...more } }),
    start: (words, more = {}) => spawnShowtime(words, { cwd: folder, env: { ...env, ...more } }),
    processes: () => processesWith(marker),
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
  for (const [path, text] of Object.entries(files)) await place.write(path, text);
  return place;
}

/** Lists the commands of living processes that have a word in their environment. */
export function processesWith(word: string): readonly string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!Deno.readTextFileSync(`/proc/${name}/environ`).includes(word)) continue;
      const command = Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
      // A process that has ended and that its parent has not asked for has no command.
      if (command !== "") found.push(command);
    } catch {
      // It has just ended, or belongs to another account.
    }
  }
  return found;
}

/** The text that a process has written so far, and a wait for more of it. */
export class Reading {
  text = "";
  readonly ended: Promise<void>;
  #waiting: { readonly text: string; readonly go: () => void }[] = [];

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#read(stream);
  }

  /** Resolves when the text is there. Rejects if the process ends without it. */
  async until(text: string): Promise<void> {
    if (this.text.includes(text)) return;
    const came = new Promise<boolean>((resolve) => this.#waiting.push({ text, go: () => resolve(true) }));
    if (!await Promise.race([came, this.ended.then(() => this.text.includes(text))])) {
      throw new Error(`The process ended without ${JSON.stringify(text)}: ${this.text}`);
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      this.text += part;
      this.#waiting = this.#waiting.filter(({ text, go }) => {
        if (!this.text.includes(text)) return true;
        go();
        return false;
      });
    }
  }
}
