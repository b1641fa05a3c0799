/** Shells as people use them: on a terminal of their own, with what is typed written ahead of what it says. */

import { programScript } from "./program_script.ts";

/** How a shell is to ask for a line. */
export const PROMPT = "ready> ";

/** What is typed into which shell. */
export interface Typing {
  /** The shell's program with its arguments. */
  readonly shell: string;
  /** Files of its home, by path, that it reads when it begins. */
  readonly files: Readonly<Record<string, string>>;
  /** Lines; a tab asks for completion. */
  readonly lines: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What came of it. */
export interface Typed {
  /** The command lines of the program that were run, completions aside. */
  readonly calls: readonly string[];
  /** Everything that stood on the terminal. */
  readonly screen: string;
  /** Names in its home, where it works. */
  readonly left: readonly string[];
}

/**
 * Types lines into a shell. The program of that name is there: completions it carries out, of other command lines it
 * only notes what they say. Needs the program `script`, which makes the terminal.
 */
export async function typeInto({ shell, files, lines, env }: Typing): Promise<Typed> {
  const home = await Deno.makeTempDir({ prefix: "showtime-shell-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${home}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${home}/${path}`, text);
    }
    await Deno.mkdir(`${home}/bin`);
    await Deno.writeTextFile(
      `${home}/bin/showtime`,
      programScript({ log: `${home}/calls`, only: "complete" }),
      { mode: 0o755 },
    );
    const keys = [...lines, "exit", ""].join("\r");
    // Not before it asks for a line: until then the terminal itself acts on keys that edit one.
    const screen = await converse(shell, {
      exchanges: [[PROMPT, keys]],
      cwd: home,
      env: {
        PATH: `${home}/bin:${Deno.env.get("PATH") ?? ""}`,
        HOME: home,
        ZDOTDIR: home,
        TERM: "dumb",
        LANG: "C.UTF-8",
        ...env,
      },
    });
    const calls = await Deno.readTextFile(`${home}/calls`).catch(() => "");
    return {
      calls: calls.split("\n").filter((line) => line !== ""),
      screen,
      left: Array.from(Deno.readDirSync(home), (entry) => entry.name),
    };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** A program on a terminal, and what it is answered. */
export interface Conversation {
  /** Text that is waited for, and the keys that are pressed then; in order. */
  readonly exchanges: readonly (readonly [heard: string, keys: string])[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a command line on a terminal of its own to its end, and returns all that it showed. */
export async function converse(line: string, { exchanges, cwd, env }: Conversation): Promise<string> {
  const child = new Deno.Command("script", {
    // A terminal without a size would have a line for each letter.
    args: ["--quiet", "--return", "--command", `stty cols 100 rows 40; ${line}`, "/dev/null"],
    cwd,
    clearEnv: true,
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const rest = [...exchanges];
  let screen = "";
  let seen = 0;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    screen += text;
    const [heard, keys] = rest[0] ?? [];
    if (heard === undefined || keys === undefined || !screen.includes(heard, seen)) continue;
    rest.shift();
    seen = screen.length;
    await writer.write(new TextEncoder().encode(keys));
  }
  await child.status;
  await writer.close().catch(() => undefined);
  return screen;
}
