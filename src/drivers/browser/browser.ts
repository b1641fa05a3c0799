import type { Browser } from "../../ports/browser.ts";

/** The settings of a browser. */
export interface BrowserOptions {
  /** Returns a variable of this process; undefined if it is not set or may not be read. */
  readonly variable: (name: string) => string | undefined;
  /** As in `Deno.build.os`. */
  readonly os: string;
  /**
   * How long a program may take to fail, in milliseconds; 2000 unless given. One that runs on is the browser
   * itself.
   */
  readonly patienceMs?: number;
}

/**
 * The variables by which a browser finds the person's screen and session. No token of this process is among
 * them.
 */
const PASSED = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TMPDIR",
  "BROWSER",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
  "XDG_CONFIG_HOME",
  "XDG_CURRENT_DESKTOP",
  "XDG_DATA_DIRS",
  "XDG_RUNTIME_DIR",
  "XDG_SESSION_TYPE",
  "DESKTOP_SESSION",
  "DBUS_SESSION_BUS_ADDRESS",
  "APPDATA",
  "LOCALAPPDATA",
  "PROGRAMFILES",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "USERPROFILE",
  "WINDIR",
];

/** The opener of each system with its arguments before the address. */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Makes the browser that BROWSER names, or else that of the system's opener. */
export function makeBrowser(options: BrowserOptions): Browser {
  const { variable, os, patienceMs = 2000 } = options;
  const named = variable("BROWSER") ?? "";
  // Elsewhere than on Windows the variable may name several programs.
  const lines = os === "windows" ? [named] : named.split(":");
  const commands = [...lines.map((line) => line.split(" ")), OPENERS[os] ?? ["xdg-open"]]
    .map((words) => words.filter((word) => word !== "")).filter((words) => words.length > 0);
  return {
    async open(url) {
      if (!/^https?:\/\/[\x21-\x7e]+$/.test(url)) return false;
      for (const [program = "", ...args] of commands) {
        const filled = args.some((word) => word.includes("%s"))
          ? args.map((word) => word.replaceAll("%s", url))
          : [...args, url];
        if (await starts(program, filled, { variable, patienceMs })) return true;
      }
      return false;
    },
  };
}

/** Starts a program. Returns false if it cannot be started or fails at once. */
async function starts(
  program: string,
  args: readonly string[],
  { variable, patienceMs }: Required<Pick<BrowserOptions, "variable" | "patienceMs">>,
): Promise<boolean> {
  const env = PASSED.flatMap((name) => {
    const value = variable(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const child = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      clearEnv: true,
      env: Object.fromEntries(env),
    }).spawn();
    child.unref();
    const patience = new Promise<true>((resolve) => {
      timer = setTimeout(() => resolve(true), patienceMs);
    });
    return await Promise.race([child.status.then(({ success }) => success), patience]);
  } catch {
    // The program is missing, or this process may not run it.
    return false;
  } finally {
    clearTimeout(timer);
  }
}
