import type { AuthSettings, InstanceSettings, RewriteRule } from "../../assets/core/instance.ts";
import { isLoopback } from "../../lib/loopback.ts";
import { quote } from "../../lib/quote.ts";
import type { AssetsSection } from "./schema.ts";

/** The section `assets` in force. Secrets are references still. */
export interface AssetsConfig {
  /** The path of the configuration file in messages; undefined without a file. */
  readonly file: string | undefined;
  /** The folder of the file, as a path from the working folder: records about instances lie below it. */
  readonly folder: string;
  /** The folder of the assets, relative to the working directory. */
  readonly dir: string;
  readonly default: string | undefined;
  readonly ignore: readonly string[];
  /** The branch that holds the ledger; undefined keeps it on this machine. */
  readonly ledgerBranch: string | undefined;
  readonly allowedSecrets: readonly string[];
  readonly instances: ReadonlyMap<string, InstanceSettings>;
  /** The assets that go into each preview environment; undefined if none do. */
  readonly environment: EnvironmentAssets | undefined;
}

/** The assets that go into each preview environment. */
export interface EnvironmentAssets {
  /** The folder, relative to the working directory. */
  readonly dir: string;
  /** Globs over the names of the assets; without a glob all of them. */
  readonly select: readonly string[];
  /** The environment's database by the folder's name. */
  readonly databases: Readonly<Record<string, string>>;
  readonly rewrite: readonly RewriteRule[];
  /** Whether the environment is failed if its assets are. */
  readonly required: boolean;
}

/** A mistake of the section that only shows when keys are seen together. */
export interface AssetsProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly remedy: string;
}

/** The keys that each login method needs. */
const NEEDED: Readonly<Record<AuthSettings["method"], readonly string[]>> = {
  password: ["username", "password"],
  session: ["username", "password"],
  token: ["token"],
  oauth: ["authorization_url", "token_url", "client_id"],
  client_credentials: ["token_url", "client_id", "client_secret"],
};

type Section = NonNullable<AssetsSection["instances"]>[string];

/** Makes the configuration of assets from a section that fits the schema. */
export function makeAssetsConfig(section: AssetsSection = {}): {
  readonly config: AssetsConfig;
  readonly problems: readonly AssetsProblem[];
} {
  const problems: AssetsProblem[] = [];
  const instances = new Map<string, InstanceSettings>();
  for (const [name, instance] of Object.entries(section.instances ?? {})) {
    const found = instanceProblems(instance).map((each) => ({
      ...each,
      path: ["assets", "instances", name, ...each.path],
    }));
    problems.push(...found);
    if (found.length === 0) instances.set(name, makeInstance(name, instance));
  }
  if (section.default !== undefined && !Object.hasOwn(section.instances ?? {}, section.default)) {
    problems.push({
      path: ["assets", "default"],
      message: `there is no instance "${section.default}"`,
      remedy: "name one of assets.instances",
    });
  }
  return {
    problems,
    config: {
      file: undefined,
      folder: ".",
      dir: section.dir ?? "assets",
      default: section.default,
      ignore: section.ignore ?? [],
      ledgerBranch: section.ledger?.startsWith("branch:")
        ? section.ledger.slice("branch:".length)
        : undefined,
      allowedSecrets: section.secrets?.allow ?? [],
      instances,
      environment: section.environment && {
        dir: section.environment.dir ?? section.dir ?? "assets",
        select: section.environment.select ?? [],
        databases: section.environment.databases ?? {},
        rewrite: (section.environment.rewrite ?? []) as readonly RewriteRule[],
        required: section.environment.required ?? false,
      },
    },
  };
}

function instanceProblems({ url, insecure, auth, databases }: Section): readonly AssetsProblem[] {
  const problems: AssetsProblem[] = [...mappedTwice(databases?.map ?? {})];
  if (url === undefined) {
    problems.push({ path: ["url"], message: "an instance needs url, which is missing", remedy: "add url" });
  } else if (insecure !== true && isPlain(url)) {
    problems.push({
      path: ["url"],
      message: "plain http would show the login to everybody on the way",
      remedy: "use https, or write insecure: true",
    });
  }
  if (auth === undefined) {
    return [...problems, {
      path: ["auth"],
      message: "an instance needs auth, which is missing",
      remedy: "add auth",
    }];
  }
  for (const key of ["authorization_url", "token_url"] as const) {
    const address = auth[key];
    if (address === undefined || !isPlain(address)) continue;
    problems.push({
      path: ["auth", key],
      message: "plain http would show the tokens to everybody on the way",
      remedy: "use https",
    });
  }
  const method = auth.method ?? "password";
  for (const key of NEEDED[method]) {
    if (Object.hasOwn(auth, key)) continue;
    problems.push({
      path: ["auth", key],
      message: `the method ${method} needs ${key}, which is missing`,
      remedy: `add ${key}`,
    });
  }
  return problems;
}

function isPlain(address: string): boolean {
  return address.startsWith("http:") && !isLoopback(new URL(address).host);
}

/** Finds databases of the instance that stand for two of the folder: the way back would be open. */
function mappedTwice(map: Readonly<Record<string, string>>): readonly AssetsProblem[] {
  const first = new Map<string, string>();
  const problems: AssetsProblem[] = [];
  for (const [from, to] of Object.entries(map)) {
    const other = first.get(to);
    if (other === undefined) first.set(to, from);
    else {
      problems.push({
        path: ["databases", "map", from],
        message: `${quote(to)} stands for ${quote(other)} already`,
        remedy: "map each name to a database of its own, so that an export finds the way back",
      });
    }
  }
  return problems;
}

function makeInstance(
  name: string,
  { url = "", auth = {}, databases, rewrite, owners }: Section,
): InstanceSettings {
  return {
    name,
    url: url.replace(/\/+$/, ""),
    auth: { provider: "db", ...auth, method: auth.method ?? "password" } as AuthSettings,
    databases: { map: databases?.map ?? {}, missing: databases?.missing ?? "fail" },
    rewrite: (rewrite ?? []) as readonly RewriteRule[],
    owners: owners ?? "server",
  };
}
