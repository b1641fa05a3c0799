import { type FullSha, type PrNumber, shortSha } from "../../../lib/ids.ts";
import type { DeployedSettings } from "./environment.ts";

/** The names of the placeholders in variables. */
export const PLACEHOLDERS: readonly string[] = ["secret", "pr", "sha", "login", "url"];

const SECRET = "{secret}";

/** The configuration that the environment variables are made from. */
export interface VariableTemplates {
  /** Templates by name. `{secret}`, `{pr}`, `{sha}` (7 digits) and `{login}` are filled in; `{url}` too if there is one. */
  readonly variables: Readonly<Record<string, string>>;
  /** The form in which a feature flag reaches the application. */
  readonly flags: { readonly prefix: string; readonly on: string; readonly off: string };
}

/**
 * Returns the environment variables of one environment: those of the configuration, then its feature flags.
 */
export function environmentVariables(
  spec: { readonly pr: PrNumber; readonly sha: FullSha; readonly settings: DeployedSettings },
  options: { readonly config: VariableTemplates; readonly secret: string },
): ReadonlyMap<string, string> {
  const { config, secret } = options;
  const variables = new Map<string, string>();
  for (const [name, template] of Object.entries(config.variables)) {
    // One pass only: a placeholder inside a filled-in value stays as it is.
    const filled = template.replace(/\{(secret|pr|sha|login|url)\}/g, (written, key: string) => {
      if (key === "secret") return secret;
      if (key === "pr") return String(spec.pr);
      if (key === "url") return spec.settings.url ?? written;
      return key === "sha" ? shortSha(spec.sha) : spec.settings.login ?? "";
    });
    variables.set(name, filled);
  }
  for (const [flag, on] of Object.entries(spec.settings.flags)) {
    variables.set(`${config.flags.prefix}${flag}`, on ? config.flags.on : config.flags.off);
  }
  return variables;
}

/** Returns the flags whose variable is configured. Text that strangers can write must not change those. */
export function configuredFlags({ variables, flags }: VariableTemplates): readonly string[] {
  return Object.keys(variables).filter((name) => name.startsWith(flags.prefix))
    .map((name) => name.slice(flags.prefix.length));
}

/** Whether a variable is configured with the environment's secret. */
export function takesSecret(templates: Readonly<Record<string, string>>): boolean {
  return Object.values(templates).some((template) => template.includes(SECRET));
}

/**
 * The shortest value that counts as a secret if {@link readSecret} finds none in it. Shorter values are
 * words.
 */
const SHORTEST = 16;

/**
 * Returns the parts of an instance's `NAME=value` lines that must stay hidden: the secret in each variable
 * that is configured with one. If an older tool or a person set such a variable, its whole value is hidden,
 * if it is long enough.
 */
export function hiddenValues(
  env: readonly string[],
  templates: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(templates).flatMap(([name, template]) => {
    if (!template.includes(SECRET)) return [];
    const made = readSecret(env, { [name]: template });
    if (made !== undefined) return [made];
    const line = env.find((candidate) => candidate.startsWith(`${name}=`));
    const value = line?.slice(name.length + 1) ?? "";
    return value.length < SHORTEST ? [] : [value];
  });
}

/**
 * Reads the secret of an earlier instance from its `NAME=value` lines; undefined if no configured variable
 * contains it.
 */
export function readSecret(
  env: readonly string[],
  templates: Readonly<Record<string, string>>,
): string | undefined {
  for (const [name, template] of Object.entries(templates)) {
    if (!template.includes(SECRET)) continue;
    const line = env.find((candidate) => candidate.startsWith(`${name}=`));
    const pattern = template.split(SECRET).map((part) =>
      part.replace(/[.*+?^$()|[\]\\{}]/g, "\\$&").replace(/\\\{(?:pr|sha|login|url)\\\}/g, ".*?")
    );
    // 32 random bytes are 43 characters of base64url.
    const source = `^${pattern[0]}([\\w-]{43})${pattern.slice(1).join("\\1")}$`;
    const secret = line === undefined
      ? undefined
      : new RegExp(source, "s").exec(line.slice(name.length + 1))?.[1];
    if (secret !== undefined) return secret;
  }
  return undefined;
}
