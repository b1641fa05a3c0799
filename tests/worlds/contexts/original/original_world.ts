import assert from "node:assert/strict";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import { parseJson } from "../../../../src/contexts/core/tree/parse_json.ts";
import { parseYaml } from "../../../../src/contexts/core/yaml/mod.ts";
import { type EventServer, type NextAnswer, type SeenRequest, serveEvents } from "../event_server.ts";
import { type Files, PROJECT, VARIABLES } from "./fixture.ts";
import { type Ran, runOriginalTool } from "./original_tool.ts";
import { runOurs } from "./run_ours.ts";
import { sourceShellFile } from "./shell_values.ts";

/** The usual answer of the servers. */
const ANSWER = '{"ok": true, "ts": "171.22", "channel": "C1", "list": [1, "two"]}';

/** How a request was carried, not what it says. The original sends no key. */
const CARRIER = new Set([
  ..."host user-agent accept-encoding accept-language content-length connection idempotency-key".split(" "),
]);

/** What a command line left, with the requests that it sent. */
export interface Left extends Ran {
  readonly requests: readonly SeenRequest[];
}

/** One of the two tools, in a folder of its own and with a server of its own. */
export interface Side {
  readonly folder: string;
  readonly server: EventServer;
  /** Runs a command line. Every answer and file has `{SERVER}` in place of the server's address. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Left>;
  write(files: Files): Promise<void>;
  /** The text of a file; undefined if it is absent. */
  read(path: string): Promise<string | undefined>;
  /** The files of the stores by their paths, as data. */
  stored(): Promise<Readonly<Record<string, unknown>>>;
}

/** Both tools beside each other. */
export interface OriginalWorld extends AsyncDisposable {
  readonly ours: Side;
  readonly original: Side;
  /** Runs a command line by both, and asserts the same stdout, exit code, files and requests. */
  same(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Left>;
  write(files: Files): Promise<void>;
  /** Puts answers in line at both servers. */
  answer(...answers: readonly NextAnswer[]): void;
}

/** The choices of a world. */
export interface WorldOptions {
  /** Files besides those of the project, or in their place. */
  readonly files?: Files;
  /** Whether ours runs in a process of its own. */
  readonly asProcess?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of both tools, which then work on the same files. */
  readonly shared?: boolean;
  /** Files of stores, besides those of the project. */
  readonly stores?: readonly string[];
}

/** The files of the stores of the project. */
const STORES = ["d.yaml", "out/d.json", "d.sh", "d.id"];

/** Makes a world. The context does not exist yet. */
export async function makeOriginalWorld(options: WorldOptions = {}): Promise<OriginalWorld> {
  const { files = {}, asProcess = false, env = {}, shared = false, stores = [] } = options;
  const folders: string[] = [];
  const paths = [...STORES, ...stores];
  const newFolder = async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-original-" }));
    folders.push(folder);
    return folder;
  };
  const all = { ...VARIABLES, ...env };
  const first = { folder: await newFolder(), server: serveEvents({ usual: ANSWER }) };
  const second = shared ? first : { folder: await newFolder(), server: serveEvents({ usual: ANSWER }) };
  const ours = makeSide(first, {
    paths,
    run: (args, more) =>
      runOurs(args, { cwd: first.folder, env: { ...all, ...more }, inProcess: !asProcess }),
  });
  const original = makeSide(second, {
    paths,
    run: (args, more) => runOriginalTool(args, { cwd: second.folder, env: { ...all, ...more } }),
  });
  const write = async (each: Files) => {
    for (const side of [ours, original]) await side.write(each);
  };
  await write({ ...PROJECT, ...files });
  return {
    ours,
    original,
    write,
    answer(...answers) {
      for (const server of new Set([first.server, second.server])) server.answer(...answers);
    },
    async same(args, more) {
      const [theirs, own] = [await original.run(args, more), await ours.run(args, more)];
      const line = args.join(" ");
      assert.deepEqual(
        { out: own.out, code: own.code, requests: own.requests },
        { out: theirs.out, code: theirs.code, requests: theirs.requests },
        `${line}\nours on stderr: ${own.err}\ntheirs: ${theirs.err.slice(-2000)}`,
      );
      assert.deepEqual(await ours.stored(), await original.stored(), line);
      return own;
    },
    async [Symbol.asyncDispose]() {
      for (const server of new Set([first.server, second.server])) await server.close();
      for (const folder of folders) await Deno.remove(folder, { recursive: true });
    },
  };
}

interface SideParts {
  readonly paths: readonly string[];
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
}

function makeSide(
  { folder, server }: { readonly folder: string; readonly server: EventServer },
  { paths, run }: SideParts,
): Side {
  const hide = (text: string) => text.replaceAll(server.url, "{SERVER}");
  const readRaw = (path: string) =>
    Deno.readTextFile(`${folder}/${path}`).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
  const read = async (path: string) => {
    const text = await readRaw(path);
    return text === undefined ? undefined : hide(text);
  };
  return {
    folder,
    server,
    read,
    async run(args, env) {
      const seen = server.requests.length;
      const { code, out, err } = await run(args.map((arg) => arg.replaceAll("{SERVER}", server.url)), env);
      const requests = server.requests.slice(seen).map((request) => ({
        ...request,
        body: hide(request.body),
        headers: Object.fromEntries(
          Object.entries(request.headers).filter(([name]) => !CARRIER.has(name)).sort(),
        ),
      }));
      return { code, out: hide(out), err: hide(err), requests };
    },
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        const whole = `${folder}/${path}`;
        await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
        await Deno.writeTextFile(whole, text.replaceAll("{SERVER}", server.url));
      }
    },
    async stored() {
      const found: Record<string, unknown> = {};
      for (const path of paths) {
        const text = await readRaw(path);
        found[path] = text === undefined ? undefined : hide(await dataOf(text, { path, folder }));
      }
      return found;
    },
  };
}

/**
 * A file as data, in one text: JSON with the order of its keys, the variables that a shell reads, or the
 * text.
 */
async function dataOf(
  text: string,
  { path, folder }: { readonly path: string; readonly folder: string },
): Promise<string> {
  if (path.endsWith(".sh")) {
    return JSON.stringify(Object.entries(await sourceShellFile(`${folder}/${path}`)), null, 1);
  }
  if (path.endsWith(".json")) {
    const parsed = parseJson(text);
    assert.ok("value" in parsed, `${path}: ${text}`);
    return formatJson(parsed.value, { indent: 1 });
  }
  if (!path.endsWith(".yaml")) return text;
  const parsed = parseYaml(text);
  assert.ok("document" in parsed, `${path}: ${text}`);
  return formatJson(parsed.document.value, { indent: 1 });
}
