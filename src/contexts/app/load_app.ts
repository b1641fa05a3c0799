import { appFilesError, type AppProblem } from "../core/app_file/app_problem.ts";
import type { NamedDocument } from "../core/app_file/merge_app.ts";
import { kindOf } from "../core/tree/operations.ts";
import { isValueList, isValueMap } from "../core/tree/value.ts";
import { parseYaml } from "../core/yaml/mod.ts";
import type { AppFiles } from "../ports/app_files.ts";
import { usageError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";

/** The files to load. */
export interface AppSource {
  /** The path of the app file. */
  readonly app: string;
  /** The folder of the bases; undefined if the person named none. */
  readonly basesDir: string | undefined;
  /** Reads `bases` as the original tool does: a list in the app file only, where a file may stand twice. */
  readonly asOriginal?: boolean;
}

/** The app file, and its bases in the order in which they are merged. */
export interface LoadedApp {
  readonly app: NamedDocument;
  readonly bases: readonly NamedDocument[];
}

/**
 * Loads an app file and its bases. A base is loaded after its own bases, and once. Throws AppError `app_missing`,
 * `bases_dir_missing` and `app_invalid` (exit code 2); the last one has every problem with its file and line.
 */
export async function loadApp(source: AppSource, files: AppFiles): Promise<LoadedApp> {
  const text = await files.read(source.app);
  if (text === undefined) {
    throw usageError(
      "app_missing",
      `Reading the app file ${source.app}: there is no such file`,
      "Correct the path after --app",
    );
  }
  const loader = new BaseLoader(source, files);
  const app = loader.parse(source.app, text);
  if (app !== undefined) await loader.addBasesOf(app, []);
  if (app === undefined || loader.problems.length > 0) throw appFilesError(loader.problems);
  return { app, bases: loader.bases };
}

/** A base as a list names it. */
interface Named {
  readonly name: string;
  readonly by: NamedDocument;
  readonly index: number;
}

class BaseLoader {
  readonly problems: AppProblem[] = [];
  readonly bases: NamedDocument[] = [];
  readonly #source: AppSource;
  readonly #files: AppFiles;
  readonly #known = new Set<string>();

  constructor(source: AppSource, files: AppFiles) {
    this.#source = source;
    this.#files = files;
  }

  /** Parses a file; undefined, and a problem, if it cannot be read. */
  parse(name: string, text: string): NamedDocument | undefined {
    const outcome = parseYaml(text);
    if ("document" in outcome) return { name, document: outcome.document };
    const { message, line } = outcome.problem;
    this.problems.push({ file: name, line, path: [], message, remedy: "correct the YAML there" });
    return undefined;
  }

  /** Loads the bases that a file names. `chain` has the bases that led to it, outermost first. */
  async addBasesOf(by: NamedDocument, chain: readonly string[]): Promise<void> {
    const seen = new Set<string>();
    for (const named of this.#namesIn(by)) {
      const name = this.#checked(named);
      if (name === undefined) continue;
      if (chain.includes(name)) {
        const circle = [...chain.slice(chain.indexOf(name)), name];
        this.#problem(
          named,
          `the bases name each other in a circle: ${circle.join(" -> ")}`,
          "remove one of them",
        );
      } else if (seen.has(name) && !this.#source.asOriginal) {
        this.#problem(
          named,
          `${quote(name)} is in this list twice`,
          "keep the entry at the place that counts",
        );
      } else if (!this.#known.has(name) || this.#source.asOriginal) {
        await this.#load(named, { name, chain });
      }
      seen.add(name);
    }
  }

  async #load(
    named: Named,
    { name, chain }: { readonly name: string; readonly chain: readonly string[] },
  ): Promise<void> {
    this.#known.add(name);
    const folder = this.#source.basesDir;
    if (folder === undefined) {
      throw usageError(
        "bases_dir_missing",
        `Reading the bases of ${this.#source.app}: it names ${quote(name)}, and no folder of bases is given`,
        "Name the folder with --bases",
      );
    }
    const path = `${folder.replace(/\/+$/, "")}/${name}`;
    const text = await this.#files.read(path, { within: folder });
    if (text === undefined) {
      return this.#problem(
        named,
        `there is no file ${path}`,
        "correct the name, or the folder given with --bases",
      );
    }
    const document = this.parse(path, text);
    if (document === undefined) return;
    if (!this.#source.asOriginal) await this.addBasesOf(document, [...chain, name]);
    this.bases.push(document);
  }

  #namesIn(by: NamedDocument): readonly Named[] {
    const { value } = by.document;
    const list = isValueMap(value) ? value.get("bases") ?? [] : [];
    if (isValueList(list)) return list.map((each, index) => ({ name: asName(each), by, index }));
    if (!this.#source.asOriginal) {
      this.problems.push({
        file: by.name,
        line: by.document.lineOf(["bases"]),
        path: ["bases"],
        message: `expected a list of files, found ${kindOf(list)}`,
        remedy: "write [first.yaml, second.yaml]",
      });
    }
    return [];
  }

  /** The name of a base without empty parts; undefined, and a problem, if it leads out of the folder. */
  #checked(named: Named): string | undefined {
    const parts = named.name.split("/").filter((part) => part !== "" && part !== ".");
    const leadsOut = /^(?:\/|[A-Za-z]:)|[\\\0]/.test(named.name) || parts.includes("..");
    if (!leadsOut && parts.length > 0) return parts.join("/");
    this.#problem(
      named,
      leadsOut ? `${quote(named.name)} leads out of the folder of bases` : "expected the name of a file",
      "name a file inside of the folder of bases",
    );
    return undefined;
  }

  // deno-lint-ignore layers/few-parameters -- a problem and what corrects it
  #problem({ by, index }: Named, message: string, remedy: string): void {
    const path = ["bases", index];
    this.problems.push({ file: by.name, line: by.document.lineOf(path), path, message, remedy });
  }
}

function asName(value: unknown): string {
  return typeof value === "string" ? value : "";
}
