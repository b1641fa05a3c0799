/** A root folder for a bare pipeline, with programs that note that they ran. */

import type { BassAnswer, ProgramRun } from "./cases.ts";

/** Notes the program's name, folder and arguments as one line, with tabs between them. */
const NOTE = `note() { printf '%s\\n' "$1$(shift; printf '\\t%s' "$(pwd -P)" "$@")" >> "$NOTES"; }`;

/** The programs of the cases. The first argument of each is a label. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ok: `note ok "$@"`,
  no: `note no "$@"; exit 7`,
  nap: `note nap "$@"; sleep "$2"; note -nap "$@"`,
  // A child that outlives its parent, unless the whole group ends.
  family: `note family "$@"; sleep 30 & echo $! >> "$NOTES.pids"; wait`,
  both: `note both "$@"; echo "out of $1"; echo "err of $1" >&2; exit "\${2:-0}"`,
  bytes: `note bytes "$@"; printf 'a\\377b\\n'`,
};

/** A root folder and what ran in it. */
export interface ProgramsPlace extends AsyncDisposable {
  /** The real path of the root. */
  readonly root: string;
  /** A file's path in a folder beside the root. */
  beside(name: string): string;
  /** The variables that the programs need. */
  readonly env: Readonly<Record<string, string>>;
  /** Returns what ran, as an answer has it. */
  ran(): Promise<Pick<BassAnswer, "ran" | "naps_at_once" | "naps_finished">>;
  /** Ends the processes that are left, and returns how many there were. */
  endSurvivors(): Promise<number>;
}

/** Makes a root with the folders `sub`, `sub/deep`, `other` and `out`, a link to a folder beside the root. */
export async function makeProgramsPlace(): Promise<ProgramsPlace> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-bass-" }));
  const [root, bin, notes] = [`${folder}/root`, `${folder}/bin`, `${folder}/notes`];
  for (const each of [root, bin, `${root}/sub`, `${root}/sub/deep`, `${root}/other`]) await Deno.mkdir(each);
  await Deno.symlink(folder, `${root}/out`);
  await Deno.writeTextFile(notes, "");
  await Deno.writeTextFile(`${notes}.pids`, "");
  for (const [name, script] of Object.entries(PROGRAMS)) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${NOTE}\n${script}\n`, { mode: 0o755 });
  }
  await Deno.symlink(`${bin}/ok`, `${root}/ok`);
  return {
    root,
    beside: (name) => `${folder}/${name}`,
    env: { PATH: `${bin}:${Deno.env.get("PATH") ?? ""}`, NOTES: notes },
    ran: async () => readNotes(await Deno.readTextFile(notes), root),
    async endSurvivors() {
      const pids = (await Deno.readTextFile(`${notes}.pids`)).split("\n").filter((line) => line !== "");
      return pids.map(Number).filter(end).length;
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function end(pid: number): boolean {
  // A process that has ended stays until its parent asks for its status.
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).outputSync();
  if (!/^[^Z\s]/.test(new TextDecoder().decode(stdout))) return false;
  try {
    Deno.kill(pid, "SIGKILL");
    return true;
  } catch {
    // The process ended before.
    return false;
  }
}

function readNotes(text: string, root: string): Pick<BassAnswer, "ran" | "naps_at_once" | "naps_finished"> {
  const ran: ProgramRun[] = [];
  let [naps, most, finished] = [0, 0, 0];
  for (const line of text.split("\n")) {
    const [program = "", cwd = "", ...args] = line.split("\t");
    if (program === "") continue;
    if (program === "nap") most = Math.max(most, ++naps);
    if (program !== "-nap") {
      ran.push({ program, args, cwd: cwd === root ? "." : cwd.replace(`${root}/`, "") });
      continue;
    }
    naps--;
    finished++;
  }
  return { ran, ...most === 0 ? {} : { naps_at_once: most, naps_finished: finished } };
}
