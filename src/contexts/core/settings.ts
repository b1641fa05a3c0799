import type { Path } from "./tree/path.ts";
import type { ValueMap } from "./tree/value.ts";

/** Where contexts are kept. Paths are relative to the working folder. */
export type StoreSettings =
  | { readonly kind: "sqlite" | "yamlfile" | "jsonfile"; readonly path: string }
  | RedisSettings;

/** A Redis server, by URL or by the keys of the original tool. */
export interface RedisSettings {
  readonly kind: "redis";
  /** `redis://` or `rediss://`, with login and database. */
  readonly url: string;
}

/** A copy of each version. */
export type CopySettings =
  | StoreSettings
  | { readonly kind: "idfile"; readonly path: string }
  | {
    readonly kind: "shellfile";
    readonly path: string;
    /** Keys that are left out at any depth, with everything below them. */
    readonly excludeKeyNames: readonly string[];
  };

/** Puts a part of an answer into the tree. Both are templates. */
export interface CaptureRule {
  readonly from: string;
  readonly to: string;
}

/** The settings of contexts, from the section `context` or from a file of the original tool. */
export interface ContextSettings {
  readonly primary: StoreSettings;
  readonly copies: readonly CopySettings[];
  readonly slack: { readonly url: string | undefined; readonly token: string | undefined };
  /** The templates of payloads, by kind of handler. */
  readonly templates: Readonly<Partial<Record<"notify" | "manual-choice" | "respond", string>>>;
  readonly trigger: {
    readonly url: string | undefined;
    readonly headers: readonly { readonly name: string; readonly value: string }[];
    /** Templates by name of the argument. */
    readonly autoArgs: ValueMap;
  };
  readonly capture: Readonly<Record<"notify" | "manual-choice", readonly CaptureRule[]>>;
  readonly http: {
    /** Milliseconds for one request. */
    readonly timeoutMs: number;
    readonly attempts: number;
    /** Origins that `respond.url` may have besides that of `slack.url`. */
    readonly hosts: readonly string[];
  };
  /** Settings that refer to a secret which is not there, with the reason: `slack.token`, `the variable X is not set`. */
  readonly unresolved?: ReadonlyMap<string, string>;
  /** Places whose values are printed as `***`. */
  readonly redact: readonly Path[];
  /** How many versions are kept. */
  readonly keep: number;
  /** The value of `configData` in templates. */
  readonly configData: ValueMap;
  /** Addresses that are secrets, such as that of a webhook: the configuration refers to them. */
  readonly secretUrls: readonly string[];
  /** The value of `secretData` in templates of trigger headers. */
  readonly secretData: ValueMap;
  /** The contexts of pull requests; undefined if they have none. */
  readonly environments:
    | { readonly app: string; readonly bases: string | undefined; readonly context: string }
    | undefined;
}
