import { type FullSha, type PrNumber, shortSha } from "../../../lib/ids.ts";
import type { DeployedSettings } from "./environment.ts";

const SECRET = "{secret}";

/** How variables are made, by configuration. */
export interface VariableTemplates {
  /** By name; `{secret}` `{pr}` `{sha}` (7 digits) and `{login}` are filled in. */
  readonly variables: Readonly<Record<string, string>>;
  /** How a feature flag reaches the application. */
  readonly flags: { readonly prefix: string; readonly on: string; readonly off: string };
}

/** The environment variables of one environment: configuration first, then its feature flags. */
export function environmentVariables(
  spec: { readonly pr: PrNumber; readonly sha: FullSha; readonly settings: DeployedSettings },
  options: { readonly config: VariableTemplates; readonly secret: string },
): ReadonlyMap<string, string> {
  const { config, secret } = options;
  const variables = new Map<string, string>();
  for (const [name, template] of Object.entries(config.variables)) {
    // One pass: what a value contains is not looked at for placeholders again.
    const filled = template.replace(/\{(secret|pr|sha|login)\}/g, (_, key: string) => {
      if (key === "secret") return secret;
      if (key === "pr") return String(spec.pr);
      return key === "sha" ? shortSha(spec.sha) : spec.settings.login ?? "";
    });
    variables.set(name, filled);
  }
  for (const [flag, on] of Object.entries(spec.settings.flags)) {
    variables.set(`${config.flags.prefix}${flag}`, on ? config.flags.on : config.flags.off);
  }
  return variables;
}

/** The flags whose variable is configured: what strangers may write must not change it. */
export function configuredFlags({ variables, flags }: VariableTemplates): readonly string[] {
  return Object.keys(variables).filter((name) => name.startsWith(flags.prefix))
    .map((name) => name.slice(flags.prefix.length));
}

/** Whether a variable is configured with a secret of the environment. */
export function takesSecret(templates: Readonly<Record<string, string>>): boolean {
  return Object.values(templates).some((template) => template.includes(SECRET));
}

/** The shortest text that is taken for a secret where it is none of {@link readSecret}'s: shorter ones are words. */
const SHORTEST = 16;

/**
 * What of an instance's `NAME=value` lines nobody is to read: the value of each variable that is configured with a
 * secret. Of one that was not made for it (an older tool's, a person's) the whole value, if it is long enough.
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
 * The secret that an earlier instance was given, from its `NAME=value` lines; undefined where no configured variable
 * shows it.
 */
export function readSecret(
  env: readonly string[],
  templates: Readonly<Record<string, string>>,
): string | undefined {
  for (const [name, template] of Object.entries(templates)) {
    if (!template.includes(SECRET)) continue;
    const line = env.find((candidate) => candidate.startsWith(`${name}=`));
    const pattern = template.split(SECRET).map((part) =>
      part.replace(/[.*+?^$()|[\]\\{}]/g, "\\$&").replace(/\\\{(?:pr|sha|login)\\\}/g, ".*?")
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
