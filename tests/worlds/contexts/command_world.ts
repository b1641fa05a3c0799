/** `showtime context` as somebody runs it: the real wiring, on SQLite in a temporary folder. */

import assert from "node:assert/strict";
import { makeWiring } from "../../../src/wiring/wiring.ts";
import { type CliResult, runCli } from "../program/cli.ts";

/** A command line: words between spaces, or arguments as they are. */
export type Line = string | readonly string[];

/** What one command line changes about its run. */
export interface LineOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A version as `watch` and `history --json` print it. */
export interface ShownVersion {
  readonly id: string;
  readonly version: number;
  readonly time: string;
  readonly actor: string;
  readonly operations: readonly { readonly op: string; readonly path?: string; readonly value?: unknown }[];
}

/** An error as `--json` prints it. */
export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** A folder with a configuration, whose store is SQLite. */
export class ContextWorld {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes a world. `section` is the section `context` of the configuration, without the primary. */
  static async make(section: Readonly<Record<string, unknown>> = {}): Promise<ContextWorld> {
    const world = new ContextWorld(
      await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-contexts-" })),
    );
    await world.configure(section);
    return world;
  }

  /** Writes the configuration anew. */
  async configure({ datasources = {}, ...section }: Readonly<Record<string, unknown>>): Promise<void> {
    const sqlite = { path: this.at("contexts.db"), isPrimary: true };
    const context = { datasources: { sqlite, ...datasources as Record<string, unknown> }, ...section };
    await this.write("showtime.yml", JSON.stringify({ version: 1, context }));
  }

  /** The absolute path of a file in the folder. */
  at(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Writes a file, and returns its path. */
  async write(name: string, text: string): Promise<string> {
    await Deno.writeTextFile(this.at(name), text);
    return this.at(name);
  }

  /** Runs `showtime context …`. */
  async run(line: Line, { env = {}, signal }: LineOptions = {}): Promise<CliResult> {
    const [command = "", ...rest] = typeof line === "string" ? line.split(" ") : line;
    return await runCli(["context", command, "--config", this.at("showtime.yml"), ...rest], {
      env: { SHOWTIME_CONTEXT_ID: "ctx", SHOWTIME_ACTOR: "ana", ...env },
      ...signal === undefined ? {} : { signal },
      wiring: (host) => ({
        contexts: async (request) => await (await makeWiring(host)).contexts(request),
        contextFiles: async (request) => await (await makeWiring(host)).contextFiles(request),
      }),
    });
  }

  /** Runs a command that has to end with this exit code. */
  async expect(code: number, line: Line, options?: LineOptions): Promise<CliResult> {
    const result = await this.run(line, options);
    assert.equal(result.code, code, `context ${line}\n${result.both}`);
    return result;
  }

  /** Runs a command with `--json` that has to end with 0, and returns its document. */
  async json<Document>(line: Line, options?: LineOptions): Promise<Document> {
    return JSON.parse((await this.expect(0, withJson(line), options)).out) as Document;
  }

  /** Runs a command that fails with this exit code, and returns the error that it prints under `--json`. */
  async failure(code: number, line: Line, options?: LineOptions): Promise<ShownError> {
    const { out } = await this.expect(code, withJson(line), options);
    return (JSON.parse(out) as { readonly error: ShownError }).error;
  }

  /** Returns what `get` prints at a path, without the end of the line. */
  async get(path: string): Promise<string> {
    return (await this.expect(0, ["get", path])).out.replace(/\n$/, "");
  }

  /** Returns the number of the newest version. */
  async version(): Promise<number> {
    const { versions } = await this.json<{ readonly versions: readonly ShownVersion[] }>("history");
    return versions[0]?.version ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

function withJson(line: Line): Line {
  return typeof line === "string" ? `${line} --json` : [...line, "--json"];
}
