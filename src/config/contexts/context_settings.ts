import { normalize } from "node:path";
import type {
  CaptureRule,
  ContextSettings,
  CopySettings,
  StoreSettings,
} from "../../contexts/core/settings.ts";
import { parsePath } from "../../contexts/core/tree/path.ts";
import type { ValueMap } from "../../contexts/core/tree/value.ts";
import { parseDuration } from "../../lib/duration.ts";
import type { ContextSection } from "./schema.ts";

/** A mistake that shows only when keys are seen together. */
export interface ContextProblem {
  /** From the root of the file's keys for contexts. */
  readonly path: readonly string[];
  readonly message: string;
  readonly remedy: string;
}

type Datasources = NonNullable<ContextSection["datasources"]>;
type Kind = keyof Datasources;

const DEFAULT_STORE = ".showtime/contexts.db";
const COPIES_ONLY: readonly Kind[] = ["shellfile", "idfile"];
const NEED_PATH: readonly Kind[] = ["yamlfile", "jsonfile", "shellfile", "idfile"];

/**
 * Lists the mistakes of a section that fits its schema. By the original tool's rules one entry has to say that it is the
 * primary, and the first that says so is it.
 */
export function contextProblems(
  section: ContextSection,
  { byOriginalRules = false }: { readonly byOriginalRules?: boolean } = {},
): readonly ContextProblem[] {
  const entries = entriesOf(section.datasources);
  const problems: ContextProblem[] = [];
  const add = (path: readonly string[], words: Omit<ContextProblem, "path">) =>
    problems.push({ path, ...words });
  const primaries = entries.filter(([, { isPrimary }]) => isPrimary === true);
  for (const [kind, entry] of entries) {
    const path = ["datasources", kind];
    if (NEED_PATH.includes(kind) && (!("path" in entry) || entry.path === undefined)) {
      add(path, { message: `${kind} needs path, which is missing`, remedy: "add path" });
    }
    if (entry.isPrimary === true && COPIES_ONLY.includes(kind)) {
      add([...path, "isPrimary"], {
        message: `${kind} is a copy, which cannot be read back`,
        remedy: "make another entry primary",
      });
    }
    if (entry.isPrimary === true && primaries[0]?.[0] !== kind && !byOriginalRules) {
      add([...path, "isPrimary"], {
        message: `${primaries[0]?.[0]} is the primary already`,
        remedy: "keep isPrimary in one entry",
      });
    }
  }
  const byFile = Map.groupBy(entries.filter(([kind]) => kind !== "redis"), fileOf);
  for (const [file, [kept, ...others]] of byFile) {
    if (file === undefined || kept === undefined) continue;
    for (const [kind] of others) {
      add(["datasources", kind, "path"], {
        message: `${kept[0]} has the same file, ${file}`,
        remedy: "name another file",
      });
    }
  }
  const [first] = entries;
  const needsPrimary = byOriginalRules || entries.length > 1 ||
    (first !== undefined && COPIES_ONLY.includes(first[0]));
  if (primaries.length === 0 && needsPrimary) {
    add(["datasources"], {
      message: "no entry is the primary",
      remedy: "write isPrimary: true in the entry that keeps the contexts",
    });
  }
  const { redis } = section.datasources ?? {};
  for (const key of ["host", "port", "db", "username", "password"] as const) {
    if (redis?.url === undefined || redis[key] === undefined) continue;
    add(["datasources", "redis", key], { message: "url says this already", remedy: `remove ${key} or url` });
  }
  if (section.environments !== undefined && section.environments.app === undefined) {
    add(["environments"], { message: "environments needs app, which is missing", remedy: "add app" });
  }
  return problems;
}

/** The file of an entry; undefined if it has none. */
function fileOf([kind, entry]: Entry): string | undefined {
  const path = ("path" in entry ? entry.path : undefined) ?? (kind === "sqlite" ? DEFAULT_STORE : undefined);
  return path === undefined ? undefined : normalize(path);
}

/** The values of the settings that the section itself does not have. */
export interface SettingParts {
  /** Makes a path of the file count from the working folder. */
  readonly pathOf: (path: string) => string;
  /** Returns the value of a setting that may be a reference; undefined if the reference leads to nothing. */
  readonly resolve: (value: string | undefined) => string | undefined;
  /** Returns the value of a setting that a store needs; throws if it is a reference that leads to nothing. */
  readonly needed: (key: string, value: string) => string;
  readonly slackToken: string | undefined;
  /** Addresses that references lead to. */
  readonly secretUrls: readonly string[];
  readonly autoArgs: ValueMap;
  readonly configData: ValueMap;
  readonly secretData: ValueMap;
}

/** Makes the settings of a section without {@link contextProblems}. */
export function makeContextSettings(section: ContextSection, parts: SettingParts): ContextSettings {
  const { datasources, slack, templates = {}, trigger, http, history, environments } = section;
  const entries = entriesOf(datasources);
  const primary = entries.find(([, { isPrimary }]) => isPrimary === true) ?? entries[0];
  const stores = entries.filter((entry) => entry !== primary);
  return {
    primary: primary === undefined
      ? { kind: "sqlite", path: DEFAULT_STORE }
      : makeStore(primary, parts) as StoreSettings,
    copies: stores.map((entry) => makeStore(entry, parts)),
    slack: { url: parts.resolve(slack?.url), token: parts.slackToken },
    templates: Object.fromEntries(Object.entries(templates).filter(([kind]) => KINDS.includes(kind))),
    trigger: {
      url: parts.resolve(trigger?.url),
      headers: (trigger?.headers ?? []).map(({ name, value }) => ({ name, value })),
      autoArgs: parts.autoArgs,
    },
    capture: { notify: captureOf(section.notify), "manual-choice": captureOf(section["manual-choice"]) },
    http: {
      timeoutMs: parseDuration(http?.timeout ?? "10s") ?? 10_000,
      attempts: http?.attempts ?? 3,
      hosts: (http?.hosts ?? []).map((host) => new URL(host).origin),
    },
    redact: (section.redact ?? []).map(parsePath),
    keep: history?.keep ?? 50,
    secretUrls: parts.secretUrls,
    configData: parts.configData,
    secretData: parts.secretData,
    environments: environments?.app === undefined ? undefined : {
      app: parts.pathOf(environments.app),
      bases: environments.bases === undefined ? undefined : parts.pathOf(environments.bases),
      context: environments.context ?? "stage",
    },
  };
}

/** Makes the settings that hold without a file and variables. */
export function defaultContextSettings(): ContextSettings {
  const same = (value: string) => value;
  return makeContextSettings({}, {
    pathOf: same,
    resolve: (value) => value,
    needed: (_key, value) => value,
    slackToken: undefined,
    secretUrls: [],
    autoArgs: new Map(),
    configData: new Map(),
    secretData: new Map(),
  });
}

const KINDS: readonly string[] = ["notify", "manual-choice", "respond"];

type Entry = { readonly [K in Kind]: readonly [K, NonNullable<Datasources[K]>] }[Kind];

function entriesOf(datasources: Datasources = {}): readonly Entry[] {
  return Object.entries(datasources).filter(([kind]) => isKind(kind)) as unknown as readonly Entry[];
}

/** Whether a name is that of a store or a copy. */
export function isKind(name: string): name is Kind {
  return ["sqlite", "redis", ...NEED_PATH].includes(name);
}

function makeStore([kind, entry]: Entry, { pathOf, needed }: SettingParts): CopySettings {
  if (kind === "redis") return { kind, url: redisUrl(entry, needed) };
  const path = entry.path === undefined ? DEFAULT_STORE : pathOf(entry.path);
  return kind === "shellfile" ? { kind, path, excludeKeyNames: entry.excludeKeyNames ?? [] } : { kind, path };
}

/** Makes the address of a Redis server of its keys, with the defaults of Redis itself. */
function redisUrl(
  { url, host = "localhost", port = 6379, db = 0, username, password }: NonNullable<Datasources["redis"]>,
  needed: SettingParts["needed"],
): string {
  if (url !== undefined) return needed("datasources.redis.url", url);
  const secret = password === undefined ? undefined : needed("datasources.redis.password", password);
  const login = username === undefined && secret === undefined
    ? ""
    : `${encodeURIComponent(username ?? "")}${secret === undefined ? "" : `:${encodeURIComponent(secret)}`}@`;
  return `redis://${login}${host.includes(":") ? `[${host.replace(/^\[|\]$/g, "")}]` : host}:${port}/${db}`;
}

function captureOf(section: ContextSection["notify"]): readonly CaptureRule[] {
  return (section?.["auto-capture-response-data"] ?? []).map(({ from, to }) => ({ from, to }));
}
