import { AppError } from "../../../src/lib/errors.ts";
import type { FolderAnswer, Workspace } from "../../../src/pipelines/ports/workspace.ts";

const MOST_OUTPUT_CHARACTERS = 1024 * 1024;

/** A tree of folders, files and links in memory. Absolute paths, without `.` and `..`. */
type Entry =
  | { readonly kind: "folder" }
  | { readonly kind: "file"; readonly text: string }
  | { readonly kind: "link"; readonly target: string };

/** A workspace in memory. The root is `/work/root`. */
export class MemoryWorkspace implements Workspace {
  readonly root = "/work/root";
  readonly #entries = new Map<string, Entry>(
    ["", "/work", "/work/root", "/tmp"].map((path) => [path, { kind: "folder" }]),
  );
  #count = 0;

  /** Makes a folder with all above it. */
  makeFolder(path: string): void {
    const parts = plain(path).split("/").slice(1);
    for (let length = 1; length <= parts.length; length++) {
      const above = `/${parts.slice(0, length).join("/")}`;
      if (!this.#entries.has(above)) this.#entries.set(above, { kind: "folder" });
    }
  }

  makeLink(path: string, target: string): void {
    this.#entries.set(plain(path), { kind: "link", target });
  }

  append(path: string, text: string): void {
    const entry = this.#entries.get(plain(path));
    const before = entry?.kind === "file" ? entry.text : "";
    this.#entries.set(plain(path), { kind: "file", text: before + text });
  }

  read(path: string): string {
    const entry = this.#entries.get(plain(path));
    if (entry?.kind !== "file") throw new Error(`no file: ${path}`);
    return entry.text;
  }

  folder(from: string, path: string): Promise<FolderAnswer> {
    const real = this.#resolve(`${from}/${path}`);
    if (typeof real !== "string") return Promise.resolve(real);
    const inside = real === this.root || real.startsWith(`${this.root}/`);
    return Promise.resolve({ kind: inside ? "inside" : "outside", path: real === "" ? "/" : real });
  }

  outputPath(): string {
    return `/tmp/${++this.#count}`;
  }

  takeOutputs(path: string): Promise<string | undefined> {
    if (!this.#entries.has(path)) return Promise.resolve(undefined);
    const text = this.read(path);
    if (text.length > MOST_OUTPUT_CHARACTERS) {
      return Promise.reject(new AppError("outputs_unreadable", "Reading outputs: it has more than 1 MB"));
    }
    this.#entries.delete(path);
    return Promise.resolve(text);
  }

  writeScript(script: string): Promise<string> {
    const path = this.outputPath();
    this.append(path, script);
    return Promise.resolve(path);
  }

  /** Resolves a path as the system does: each part of it, with its links. */
  #resolve(path: string): string | { readonly kind: "missing" | "no_folder" } {
    let at = "";
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const here = this.#entries.get(at);
      if (here?.kind !== "folder") return { kind: here === undefined ? "missing" : "no_folder" };
      if (part === "..") {
        at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
        continue;
      }
      const next = this.#entries.get(`${at}/${part}`);
      if (next?.kind !== "link") {
        at = `${at}/${part}`;
        continue;
      }
      if (next.target.startsWith("/")) at = "";
      parts.unshift(...next.target.split("/").filter((each) => each !== "" && each !== "."));
    }
    const entry = this.#entries.get(at);
    if (entry === undefined) return { kind: "missing" };
    return entry.kind === "folder" ? at : { kind: "no_folder" };
  }
}

/** Removes `.`, `..` and double slashes, without looking at links. */
function plain(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/").filter((each) => each !== "" && each !== ".")) {
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}
