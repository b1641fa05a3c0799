import type { JobProgram } from "../../pipelines/core/builds/job.ts";
import type { NewsMessage, PipelineNews } from "../../pipelines/core/builds/notification.ts";
import type { PipelineTriggers, ServerPipeline } from "../../pipelines/core/builds/server_pipeline.ts";
import { isRevision } from "../../pipelines/core/triggers/revision.ts";
import { nearest } from "../../lib/nearest.ts";
import { quote } from "../../lib/quote.ts";
import { ConfigError, type ConfigProblem } from "../problems.ts";
import { readYaml, renderYamlWarning, type YamlTree } from "../yaml.ts";
import { EnvironmentsEntry, PIPELINE_KEYS, PipelineEntry } from "./pipelines_schema.ts";

/** The server's pipelines file. */
export interface PipelinesFile {
  readonly pipelines: ReadonlyMap<string, ServerPipeline>;
  /** The entries as they are written, without notifications. */
  readonly entries: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Undefined if the server drives no environments. */
  readonly environments: { readonly repositories: readonly string[]; readonly cleanupMs: number } | undefined;
  readonly warnings: readonly string[];
}

const CLEANUP_MS = 15 * 60 * 1000;
const LONGEST_NAME = 100;

type Path = readonly string[];
type Tree = Readonly<Record<string, unknown>>;

/** Loads the file, YAML or JSON. Throws ConfigError with every problem. */
export function loadPipelinesFile(source: string, text: string): PipelinesFile {
  const file = readYaml(source, text);
  const reader = new FileReader(file);
  const loaded = file.problems.length > 0 ? undefined : reader.read();
  const problems = [...file.problems, ...reader.problems];
  if (loaded === undefined || problems.length > 0) {
    throw new ConfigError("pipelines_invalid", `Reading ${source}`, problems);
  }
  return { ...loaded, warnings: [...file.warnings.map(renderYamlWarning), ...reader.warnings] };
}

/** Reads one file and collects its problems. */
class FileReader {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: string[] = [];
  readonly #file: YamlTree;

  constructor(file: YamlTree) {
    this.#file = file;
  }

  read(): Omit<PipelinesFile, "warnings"> | undefined {
    const { value } = this.#file;
    if (!isTree(value)) {
      this.#problem([], "expected a map of pipelines", "write the name of a pipeline and its keys below it");
      return undefined;
    }
    const isBare = !Object.hasOwn(value, "version");
    if (!isBare) this.#checkTop(value);
    const written = isBare ? value : value["pipelines"];
    const base: Path = isBare ? [] : ["pipelines"];
    if (!isTree(written)) {
      this.#problem(
        base,
        "expected a map of pipelines",
        "write the name of a pipeline and its keys below it",
      );
      return undefined;
    }
    const pipelines = new Map<string, ServerPipeline>();
    const entries: Record<string, Tree> = {};
    for (const [name, entry] of Object.entries(written)) {
      const pipeline = this.#readPipeline({ path: [...base, name], name, entry, isBare });
      if (pipeline !== undefined) pipelines.set(name, pipeline);
      entries[name] = { "worker-tags": [], ...withoutNews(isTree(entry) ? entry : {}) };
    }
    return { pipelines, entries, environments: isBare ? undefined : this.#readEnvironments(value) };
  }

  #checkTop(value: Tree): void {
    if (value["version"] !== 1) {
      this.#problem(["version"], `expected 1, found ${JSON.stringify(value["version"])}`, "write version: 1");
    }
    const known = ["version", "pipelines", "environments"];
    for (const key of Object.keys(value).filter((each) => !known.includes(each))) this.#unknown([key], known);
  }

  #readEnvironments(value: Tree): PipelinesFile["environments"] {
    if (value["environments"] === undefined) return undefined;
    const result = EnvironmentsEntry.safeParse(value["environments"]);
    if (!result.success) return void this.#issues(["environments"], result.error.issues);
    const { repositories, cleanup } = result.data;
    return { repositories, cleanupMs: cleanup ?? CLEANUP_MS };
  }

  #readPipeline({ path, name, entry, isBare }: {
    readonly path: Path;
    readonly name: string;
    readonly entry: unknown;
    readonly isBare: boolean;
  }): ServerPipeline | undefined {
    if (name === "" || name.length > LONGEST_NAME || /[\p{C}/]/u.test(name)) {
      this.#problem(path, `${quote(name)} is no name of a pipeline`, "use up to 100 characters without /");
    }
    const known = isBare && isTree(entry) ? this.#bareEntry(path, entry) : entry;
    const result = PipelineEntry.safeParse(known);
    if (!result.success) return void this.#issues(path, result.error.issues);
    const data = result.data;
    const program = this.#programOf(path, data);
    if (!isRevision(data.ref)) {
      this.#problem([...path, "ref"], `${quote(data.ref)} is no branch, tag or commit`, "correct it");
    }
    if (data.cwd !== undefined && leadsOut(data.cwd)) {
      this.#problem(
        [...path, "cwd"],
        `${quote(data.cwd)} leads out of the repository`,
        "name a folder in it",
      );
    }
    if (program === undefined) return undefined;
    const pattern = data["tag-pattern"];
    return {
      name,
      format: isBare ? "bare" : "version-1",
      repository: data.repository,
      ref: data.ref,
      cwd: data.cwd,
      program,
      workerTags: data["worker-tags"] ?? [],
      tagPattern: pattern === undefined ? undefined : new RegExp(isBare ? pattern : `^(?:${pattern})$`, "u"),
      on: triggersOf(data.on),
      concurrency: data.concurrency === undefined ? undefined : {
        group: data.concurrency.group,
        limit: data.concurrency.limit ?? 1,
        cancelInProgress: data.concurrency["cancel-in-progress"] ?? false,
      },
      timeoutMs: data.timeout,
      retries: { lost: data.retries?.lost ?? 1, failed: data.retries?.failed ?? 0 },
      secrets: isBare ? undefined : data.secrets ?? [],
      workspace: data.workspace ?? "fresh",
      submodules: data.submodules ?? false,
      news: newsOf(data.notifications),
    };
  }

  /** Reads an entry of the replaced tool: its `exec` is an entry point, and keys that it does not know have no effect. */
  #bareEntry(path: Path, entry: Tree): Tree {
    const kept = Object.entries(entry).filter(([key, value]) => {
      if (value === null || key.startsWith("x-")) return false;
      if (PIPELINE_KEYS.includes(key)) return true;
      const { source, line, column } = this.#file.where([...path, key], "key");
      this.warnings.push(`${source}:${line}:${column}: ${quote(key)} has no effect`);
      return false;
    });
    return Object.fromEntries(kept.map(([key, value]) => [key === "exec" ? "entry-point" : key, value]));
  }

  #programOf(path: Path, data: PipelineEntry): JobProgram | undefined {
    const programs: readonly JobProgram[] = [
      ...(data.exec === undefined ? [] : [{ kind: "exec", argv: data.exec } as const]),
      ...(data.file === undefined ? [] : [{ kind: "file", path: data.file } as const]),
      ...(data["entry-point"] === undefined
        ? []
        : [{ kind: "entry_point", argv: data["entry-point"] } as const]),
    ];
    const [program] = programs;
    if (program !== undefined && programs.length === 1) {
      if (program.kind !== "file" || !leadsOut(program.path)) return program;
      this.#problem(
        [...path, "file"],
        `${quote(program.path)} leads out of the repository`,
        "name a file in it",
      );
      return undefined;
    }
    this.#problem(
      path,
      programs.length === 0 ? "there is nothing to run" : "there is more than one program",
      "write one of exec, file and entry-point",
    );
    return undefined;
  }

  #issues(base: Path, issues: readonly Issue[]): void {
    for (const issue of issues) {
      const path = [...base, ...issue.path.map(String)];
      if (issue.code === "unrecognized_keys") {
        const known = path.length === base.length && base[0] !== "environments" ? PIPELINE_KEYS : [];
        for (const key of issue.keys ?? []) this.#unknown([...path, key], known);
        continue;
      }
      const value = path.reduce<unknown>(
        (tree, key) => isTree(tree) ? tree[key] : undefined,
        this.#file.value,
      );
      const found = value === undefined
        ? "nothing"
        : isTree(value)
        ? "a map"
        : JSON.stringify(value).slice(0, 60);
      this.#problem(path, `expected ${issue.message}, found ${found}`, "correct the value");
    }
  }

  #unknown(path: Path, known: readonly string[]): void {
    const near = nearest(path.at(-1) ?? "", known);
    const remedy = near !== undefined ? `did you mean ${quote(near)}?` : "remove it";
    this.#add({ path, code: "unknown_key", message: "unknown key", remedy, at: "key" });
  }

  // deno-lint-ignore layers/few-parameters -- a place, what is wrong there, and what to do
  #problem(path: Path, message: string, remedy: string): void {
    this.#add({ path, code: "wrong_value", message, remedy, at: "value" });
  }

  #add({ path, code, message, remedy, at }: {
    readonly path: Path;
    readonly code: ConfigProblem["code"];
    readonly message: string;
    readonly remedy: string;
    readonly at: "key" | "value";
  }): void {
    this.problems.push({ ...this.#file.where(path, at), code, path: path.join("."), message, remedy });
  }
}

interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function triggersOf(on: PipelineEntry["on"]): PipelineTriggers {
  if (on === undefined) {
    return {
      webhook: true,
      pushBranches: undefined,
      pullRequestForks: undefined,
      pollMs: undefined,
      schedule: undefined,
    };
  }
  const { push, pull_request: pulls } = on;
  return {
    webhook: on.webhook ?? false,
    pushBranches: push === undefined || push === false
      ? undefined
      : push === true
      ? ["**"]
      : push.branches ?? ["**"],
    pullRequestForks: pulls === undefined || pulls === false
      ? undefined
      : pulls === true
      ? "never"
      : pulls.forks,
    pollMs: on.poll?.interval,
    schedule: on.schedule,
  };
}

function newsOf(notifications: PipelineEntry["notifications"]): PipelineNews {
  return Object.fromEntries(
    Object.entries(notifications ?? {}).map((
      [occasion, message],
    ): [string, readonly NewsMessage[]] => [occasion, [
      ...(message?.email === undefined ? [] : [{ kind: "email", ...message.email } as const]),
      ...(message?.webhook === undefined ? [] : [{ kind: "webhook", url: message.webhook } as const]),
    ]]),
  );
}

/** Whether a path in a repository leads out of it. */
function leadsOut(path: string): boolean {
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return path.startsWith("/");
}

function withoutNews(entry: Tree): Tree {
  const { notifications: _, ...rest } = entry;
  return rest;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
