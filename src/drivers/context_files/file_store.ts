import { dirname } from "node:path";
import type { ContextId } from "../../contexts/core/context_id.ts";
import { encodeClaim } from "../../contexts/core/events/claim.ts";
import { encodeTree } from "../../contexts/core/tree/limits.ts";
import type { ContextStore, NextVersion } from "../../contexts/ports/context_store.ts";
import { AppError } from "../../lib/errors.ts";
import { sha256 } from "../../lib/sha256.ts";
import type { Clock } from "../../ports/clock.ts";
import { followLinks, removeWhole, type WholeWrite, writeWhole } from "./atomic_file.ts";
import { explainError } from "./explain_error.ts";
import { takeFileLock } from "./file_lock.ts";
import { type FileState, markOf, readFileState, readKnownVersion, type StoreFiles } from "./file_state.ts";
import { formatSidecar, type Sidecar } from "./sidecar.ts";
import { formatTree, type ParsedTree, parseTree, type TreeFormat } from "./tree_format.ts";

/** The file of a store. */
export interface FileStoreOptions {
  readonly format: TreeFormat;
  readonly path: string;
  readonly clock: Clock;
  /** Milliseconds to wait while other processes have the lock. */
  readonly busyMs: number;
}

/** Makes a store that keeps the newest version of one context in a file, as the original tool does. */
export function makeFileStore(options: FileStoreOptions): ContextStore {
  const store = new FileStore(options);
  return {
    name: store.name,
    keepsHistory: false,
    async read(id, signal) {
      const state = await store.read(signal);
      if (state?.context !== id) return undefined;
      return { id, newest: state.record.newest, tree: state.tree, keys: state.record.keys };
    },
    async newestVersion(id, signal) {
      const known = await store.knownVersion(signal);
      if (known !== undefined) return known.context === id ? known.newest : undefined;
      const state = await store.read(signal);
      return state?.context === id ? markOf(state.record.newest) : undefined;
    },
    commit: (next, signal) => store.commit(next, signal),
    async list(signal) {
      const state = await store.read(signal);
      if (state === undefined) return [];
      const { version, time } = state.record.newest;
      return [{ id: state.context as ContextId, version, time }];
    },
    async history(id, { after }, signal) {
      const state = await store.read(signal);
      return state?.context === id && state.record.newest.version > after ? [state.record.newest] : [];
    },
    async treeOf(id, version, signal) {
      const state = await store.read(signal);
      return state?.context === id && state.record.newest.version === version ? state.tree : undefined;
    },
    remove: (id, signal) => store.remove(id, signal),
    async claim(id, key, signal) {
      const state = await store.read(signal);
      return state?.context === id ? state.claims.get(key) : undefined;
    },
    swapClaim: (id, change, signal) => store.swapClaim(id, change, signal),
    close: () => Promise.resolve(),
  };
}

class FileStore {
  readonly name: string;
  readonly #options: FileStoreOptions;
  #last: { readonly text: string; readonly parsed: ParsedTree } | undefined;

  constructor(options: FileStoreOptions) {
    this.#options = options;
    this.name = `${options.format} ${options.path}`;
  }

  /** Reads the file; a change of another program becomes a version. */
  async read(signal: AbortSignal): Promise<FileState | undefined> {
    return await this.#explained(async () => {
      const files = this.#files();
      const state = await readFileState(files, this.#time());
      if (state?.isForeign !== true) return state;
      try {
        // It may also be a version that was written between the reads of both files: the lock shows it.
        return await this.#locked((_, current) => current, signal);
      } catch (error) {
        // Where this account may not write, no version is written from here.
        if (isReadOnly(error)) return state;
        throw error;
      }
    }, signal);
  }

  /** The version, if its sidecar knows the file's text. */
  async knownVersion(signal: AbortSignal): ReturnType<typeof readKnownVersion> {
    return await this.#explained(async () => await readKnownVersion(this.#files()), signal);
  }

  async commit(next: NextVersion, signal: AbortSignal): Promise<boolean> {
    // The limits are checked before anything is written.
    encodeTree(next.tree);
    const text = formatTree(next.tree, this.#options.format);
    const now = { newest: next.newest, keys: next.keys, hash: await sha256(text) };
    return await this.#explained(() =>
      this.#locked((files, state) => {
        const same = state?.context === next.id ? state : undefined;
        const there = same?.record.newest;
        if ((there?.version ?? 0) !== next.expected) return false;
        if (next.expectedTime !== undefined && there?.time !== next.expectedTime) return false;
        if (state !== undefined && same === undefined && next.displaces !== true) {
          throw occupied(this.name, state.context);
        }
        const sidecar = { context: next.id, now, claims: same?.claims ?? new Map() };
        // Both are in one folder, which is brought onto the disk after the second. A sidecar that a power cut sets back beside a
        // new text makes that a version of another program, and no value is lost.
        writeSidecar(files, { ...sidecar, before: same?.record }, { lasting: false });
        writeWhole(files.path, { half: `${files.path}.showtime.tmp`, text, lasting: true });
        // A file that another program sets back to the old text is a new version from here on.
        writeSidecar(files, { ...sidecar, before: undefined }, { lasting: false });
        return true;
      }, signal), signal);
  }

  async remove(id: ContextId, signal: AbortSignal): Promise<boolean> {
    if (await this.read(signal) === undefined) return false;
    return await this.#explained(() =>
      this.#locked((files, state) => {
        if (state?.context !== id) return false;
        removeWhole(files.path);
        removeWhole(files.sidecar);
        return true;
      }, signal), signal);
  }

  async swapClaim(
    id: ContextId,
    { key, from, to }: Parameters<ContextStore["swapClaim"]>[1],
    signal: AbortSignal,
  ): Promise<boolean> {
    return await this.#explained(() =>
      this.#locked((files, state) => {
        if (state?.context !== id) return false;
        const claims = new Map(state.claims);
        const [now, wanted] = [claims.get(key), from].map((each) => each && encodeClaim(each));
        if (now !== wanted) return false;
        if (to === undefined) claims.delete(key);
        else claims.set(key, to);
        writeSidecar(files, { context: id, now: state.record, before: undefined, claims }, { lasting: true });
        return true;
      }, signal), signal);
  }

  /** Works while no other process does. The sidecar describes the state, also if another program wrote it. */
  async #locked<T>(
    work: (files: StoreFiles, state: FileState | undefined) => T,
    signal: AbortSignal,
  ): Promise<T> {
    const files = this.#files();
    Deno.mkdirSync(dirname(files.path), { recursive: true });
    const { clock, busyMs } = this.#options;
    const path = `${files.path}.showtime.lock`;
    using _lock = await takeFileLock({ path, name: this.name, clock, busyMs }, signal);
    const state = await readFileState(files, this.#time());
    if (state?.isForeign === true) {
      const { context, record, claims } = state;
      writeSidecar(files, { context, now: record, before: undefined, claims }, { lasting: true });
    }
    return work(files, state);
  }

  #files(): StoreFiles {
    const path = followLinks(this.#options.path);
    const parse = (text: string) => this.#parse(text);
    return { name: this.name, path, sidecar: `${path}.showtime.json`, parse };
  }

  /** Parses a text, unless it is that of the last call: a write reads the file before it has the lock, and then again. */
  async #parse(text: string): Promise<ParsedTree> {
    if (this.#last?.text === text) return this.#last.parsed;
    const parsed = await parseTree(text, this.#options.format);
    this.#last = { text, parsed };
    return parsed;
  }

  #time(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }

  async #explained<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      throw explainError(error, this.name);
    }
  }
}

/** The lock is held: the file that is written first has one name, so that kills leave one of them at most. */
function writeSidecar(files: StoreFiles, sidecar: Sidecar, { lasting }: Pick<WholeWrite, "lasting">): void {
  writeWhole(files.sidecar, { half: `${files.sidecar}.tmp`, text: formatSidecar(sidecar), lasting });
}

function occupied(name: string, other: string): AppError {
  return new AppError("store_occupied", `Writing ${name}: it holds the context ${other}`, {
    hint: `Delete that one first, or name another file: "showtime context delete --id ${other}"`,
  });
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable ||
    (error instanceof Error && /\(os error 30\)/.test(error.message));
}
