/** The launcher of steps under each shell that a machine may have as `sh`, with and without `setsid`. */

import { LAUNCHER_SCRIPT } from "../../../src/pipelines/core/launcher_script.ts";
import type { LauncherSettings } from "../../../src/drivers/launcher/command_line.ts";
import { findOnPath } from "../../../src/drivers/launcher/find_launcher.ts";

/** A kind of machine. */
export interface LauncherKind {
  readonly title: string;
  /** The program that is `sh` there. */
  readonly shell: string;
  /** Busybox has a `setsid` in itself, so it never lacks one. */
  readonly setsid: boolean;
}

/** The kinds that the launcher is tried on. */
export const LAUNCHER_KINDS: readonly LauncherKind[] = [
  { title: "dash", shell: "dash", setsid: true },
  { title: "bash", shell: "bash", setsid: true },
  { title: "busybox", shell: "busybox", setsid: true },
  { title: "bash without setsid", shell: "bash", setsid: false },
  { title: "dash without setsid", shell: "dash", setsid: false },
];

/** Programs that the launcher and the tests use. */
const TOOLS = ["bash", "cat", "env", "grep", "head", "kill", "printf", "sh", "sleep", "true"];

/** A machine with a launcher. */
export interface LauncherMachine extends AsyncDisposable {
  /** The folder with the launcher. */
  readonly folder: string;
  readonly settings: LauncherSettings;
}

/** Makes a machine. The script finds its shell at another path, and is the same otherwise. */
export async function makeLauncherMachine({ shell, setsid }: LauncherKind): Promise<LauncherMachine> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-launcher-" });
  const real = await findProgram(shell);
  // A busybox is the shell `sh` under that name, and bash keeps to POSIX.
  await Deno.mkdir(`${folder}/shell`);
  await Deno.symlink(real, `${folder}/shell/sh`);
  const path = `${folder}/showtime-run`;
  await Deno.writeTextFile(path, LAUNCHER_SCRIPT.replaceAll("/bin/sh", `${folder}/shell/sh`), {
    mode: 0o755,
  });
  let launcherPath = Deno.env.get("PATH") ?? "";
  if (!setsid) {
    launcherPath = `${folder}/bin`;
    await Deno.mkdir(launcherPath);
    for (const name of TOOLS) {
      // A link could hide where a program finds its other files.
      const text = `#!/bin/sh\nexec ${await findProgram(name)} "$@"\n`;
      await Deno.writeTextFile(`${launcherPath}/${name}`, text, { mode: 0o755 });
    }
  }
  return {
    folder,
    // The script has to do its part without help.
    settings: {
      path,
      launcherPath,
      setsid: findOnPath("setsid", launcherPath),
      graceSeconds: 1,
      patienceMs: 10_000,
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Finds a program of this machine. */
export async function findProgram(name: string): Promise<string> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${name}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  throw new Error(`Looking for ${name}: it is in no folder of PATH`);
}

/** The numbers of living processes that have a variable `MARK` of this value, the launcher's own among them. */
export async function markedProcesses(mark: string): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [environ, status] = await Promise.all([
      Deno.readTextFile(`/proc/${name}/environ`).catch(() => ""),
      Deno.readTextFile(`/proc/${name}/status`).catch(() => ""),
    ]);
    if (environ.split("\0").includes(`MARK=${mark}`) && !/^State:\s+Z/m.test(status)) {
      found.push(Number(name));
    }
  }
  return found;
}

/** The numbers of the living watchers that this process has started. */
export async function watchersOfThis(): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    const status = /^\d+$/.test(name) ? await Deno.readTextFile(`/proc/${name}/status`).catch(() => "") : "";
    if (!status.includes(`\nPPid:\t${Deno.pid}\n`) || /^State:\s+Z/m.test(status)) continue;
    if ((await commandOf(Number(name))).includes("watch")) found.push(Number(name));
  }
  return found;
}

/** The command line of a process; empty if it has ended. */
export async function commandOf(pid: number): Promise<readonly string[]> {
  return (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")).split("\0");
}

/** Waits until a condition holds. What never comes must not hold up the tests. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let left = 6000; !await holds(); left--) {
    if (left === 0) throw new Error("Waiting for a condition: it does not come");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
