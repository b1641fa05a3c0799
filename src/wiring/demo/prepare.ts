import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Shell } from "../../ports/shell.ts";
import { isStaticElf } from "./static_elf.ts";

/** The time that the engine may take to pull the base image, in milliseconds. */
const PULL_TIMEOUT_MS = 60_000;
const BUSYBOX = "busybox:1.36";
const STATIC_PLACES = ["/bin/busybox", "/usr/bin/busybox", "/bin/busybox.static", "/usr/local/bin/busybox"];

/**
 * The application that `test-lifecycle` builds and runs, or the reason why it cannot run. It is a page that
 * names the commit it was built from. Its Dockerfile and pages are in a temporary folder, and nothing outside
 * that folder is written.
 */
export type DemoApp =
  | {
    readonly kind: "ready";
    /** The build context. */
    readonly directory: string;
    /** The base of the image, as in "FROM busybox:1.36". It completes "built …". */
    readonly from: string;
    /** Writes the pages of a commit into the folder. */
    write(sha: string, title: string): Promise<void>;
    remove(): Promise<void>;
  }
  | NoDemoApp;

/** The reason why the application cannot run. */
export interface NoDemoApp {
  readonly kind: "impossible";
  readonly why: string;
}

/**
 * Chooses the base that the application can be built from on this machine, and writes the build context. The
 * base is busybox's image if the engine has it or can pull it, else a static busybox of this machine.
 */
export async function prepareDemoApp(shell: Shell, signal: AbortSignal): Promise<DemoApp> {
  const engine = await tryRun(shell, ["version", "--format", "{{.Server.Version}}"], {
    timeoutMs: 15_000,
    signal,
  });
  if (!engine) return { kind: "impossible", why: "no Docker engine answers" };
  const busybox = await findStaticBusybox();
  const present = await tryRun(shell, ["image", "inspect", BUSYBOX], { timeoutMs: 15_000, signal });
  const pulled = present ||
    await tryRun(shell, ["pull", "--quiet", BUSYBOX], {
      timeoutMs: busybox === undefined ? PULL_TIMEOUT_MS : 15_000,
      signal,
    });
  if (!pulled && busybox === undefined) {
    return {
      kind: "impossible",
      why: `the engine cannot pull ${BUSYBOX}, and this machine has no static busybox`,
    };
  }
  const directory = temporaryPath("");
  await Deno.mkdir(directory, { mode: 0o700 });
  const dockerfile = pulled
    ? `FROM ${BUSYBOX}\nCOPY www /www\nCMD ["busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n`
    : `FROM scratch\nCOPY busybox /bin/busybox\nCOPY www /www\nCMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]\n`;
  await Deno.mkdir(`${directory}/www`);
  await Deno.writeTextFile(`${directory}/Dockerfile`, dockerfile);
  if (!pulled && busybox !== undefined) await Deno.copyFile(busybox, `${directory}/busybox`);
  return {
    kind: "ready",
    directory,
    from: pulled ? `FROM ${BUSYBOX}` : "FROM scratch, with this machine's static busybox",
    async write(sha, title) {
      const text = title.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
      await Deno.writeTextFile(`${directory}/www/index.html`, `${text}, commit ${sha.slice(0, 7)}\n`);
      await Deno.writeTextFile(`${directory}/www/health`, "ok\n");
    },
    remove: () => Deno.remove(directory, { recursive: true }),
  };
}

async function tryRun(
  shell: Shell,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const { timeoutMs, signal } = options;
  try {
    return (await shell.run({ program: "docker", args, timeoutMs }, signal)).code === 0;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function findStaticBusybox(): Promise<string | undefined> {
  for (const place of STATIC_PLACES) {
    try {
      if (isStaticElf(await Deno.readFile(place))) return place;
    } catch {
      // The file is missing or cannot be read: the next place is tried.
    }
  }
  return undefined;
}

/**
 * Returns a new path in the temporary folder. Deno's own function refuses to make files there if the docker
 * command lies below that folder.
 */
export function temporaryPath(suffix: string): string {
  return join(tmpdir(), `showtime-demo-${crypto.randomUUID()}${suffix}`);
}
