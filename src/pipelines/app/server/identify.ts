import type { ApiKey, KeyRole } from "../../core/builds/api_key.ts";
import { permits, type ServerAction } from "../../core/builds/permits.ts";
import { AppError } from "../../../lib/errors.ts";
import { sha256 } from "../../../lib/sha256.ts";
import type { ServerPorts } from "./server_ports.ts";

/** A request's sender. */
export interface Caller {
  /** The name of its key; undefined if it has none. */
  readonly name: string | undefined;
  /** The tags that it may claim with; undefined for any. */
  readonly tags: readonly string[] | undefined;
  /** The pipelines that it is limited to; undefined for all. */
  readonly pipelines: readonly string[] | undefined;
}

/** The keys that a server knows besides those of its store. */
export interface AccessOptions {
  /** The lines of the worker-keys file. */
  readonly workerKeys: readonly string[];
}

/** Milliseconds that keys are remembered: so long a revoked key still works. */
const KEYS_FRESH_MS = 1000;

/** Decides what a request may do. */
export class Access {
  readonly #ports: Pick<ServerPorts, "store" | "clock">;
  readonly #options: AccessOptions;
  #known: { readonly at: number; readonly keys: Promise<readonly ApiKey[]> } | undefined;

  constructor(ports: Pick<ServerPorts, "store" | "clock">, options: AccessOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /**
   * Returns the caller, if the key in its request permits the action. Reading and triggering are open to programs of this
   * machine (`isLocal`), and working too while there is no key. Throws AppError `key_missing` or `key_refused`.
   */
  async caller(
    key: string | undefined,
    asked: { readonly action: ServerAction; readonly pipeline?: string; readonly isLocal: boolean },
    signal: AbortSignal,
  ): Promise<Caller> {
    const keys = await this.#keys(signal);
    if (key === undefined || key === "") {
      if (this.#isOpen(asked, keys)) return { name: undefined, tags: undefined, pipelines: undefined };
      throw new AppError("key_missing", `Asking the server: it needs a key for this`, {
        hint: "Send a key as `Authorization: Bearer KEY`, or open /login in the browser",
      });
    }
    const hash = await sha256(key);
    // Every key is looked at, so that the time of an answer does not depend on which one it is.
    const found = keys.filter((each) => sameText(each.hash, hash));
    const [own] = found;
    if (own !== undefined && permits(own, asked)) {
      return { name: own.name, tags: own.tags, pipelines: own.pipelines };
    }
    throw new AppError("key_refused", `Asking the server: this key does not permit it`, {
      hint: own === undefined
        ? "Use a key that `showtime keys list` has"
        : `The key ${own.name} has the role ${own.role}`,
    });
  }

  /** Returns the role of a key; undefined if it is not known. */
  async roleOf(key: string, signal: AbortSignal): Promise<KeyRole | undefined> {
    const hash = await sha256(key);
    return (await this.#keys(signal)).find((each) => sameText(each.hash, hash))?.role;
  }

  /** Whether there is any key. Without one a server must not listen beyond this machine. */
  async hasKeys(signal: AbortSignal): Promise<boolean> {
    return (await this.#keys(signal)).length > 0;
  }

  #isOpen(
    { action, isLocal }: { readonly action: ServerAction; readonly isLocal: boolean },
    keys: readonly ApiKey[],
  ): boolean {
    if (!isLocal) return false;
    return keys.length === 0 || action === "read" || action === "trigger";
  }

  #keys(signal: AbortSignal): Promise<readonly ApiKey[]> {
    const now = this.#ports.clock.now();
    if (this.#known !== undefined && now - this.#known.at < KEYS_FRESH_MS) return this.#known.keys;
    const keys = this.#read(signal);
    this.#known = { at: now, keys };
    keys.catch(() => this.#known = undefined);
    return keys;
  }

  async #read(signal: AbortSignal): Promise<readonly ApiKey[]> {
    const stored = await this.#ports.store.keys(signal);
    const lines = await Promise.all(this.#options.workerKeys.map(async (line, at): Promise<ApiKey> => ({
      name: `line ${at + 1} of the worker keys`,
      hash: await sha256(line),
      role: "worker",
      tags: undefined,
      pipelines: undefined,
      createdAt: 0,
    })));
    return [...stored, ...lines];
  }
}

/** Compares two hashes in a time that does not depend on where they differ. */
function sameText(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
