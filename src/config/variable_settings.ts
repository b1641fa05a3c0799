import { type AwsFiles, findProfileRegion } from "./environments/aws_profile.ts";
import type { AwsConfig, VariableSettings } from "./environments/config.ts";
import type { PresetName } from "./environments/presets.ts";
import { quote } from "../lib/quote.ts";
import type { Variables } from "../lib/variables.ts";
import type { Source } from "./layer.ts";
import type { ConfigProblem } from "./problems.ts";

interface Rule {
  readonly key: string;
  readonly variable: string;
  readonly otherwise: string;
  /** Checks a value; without it every value is accepted. */
  readonly check?: Check;
}

interface Check {
  readonly pattern: RegExp;
  readonly expected: string;
}

const REGION = "aws.region";
const REGION_CHECK: Check = {
  pattern: /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/,
  expected: "a region, such as us-west-2",
};
/** The region of apache/superset's environments. */
const SUPERSET_REGION = "us-west-2";
/**
 * A variable of superset-showtime that has no effect: `build.image` names the repository. It stays accepted
 * and stays in the output of `showtime config`, so that existing workflows and scripts keep working.
 */
const ECR_REPOSITORY: Rule = {
  key: "aws.ecr_repository",
  variable: "ECR_REPOSITORY",
  otherwise: "superset-ci",
};
const LOAD: Rule = {
  key: "docker.load",
  variable: "DOCKER_LOAD",
  otherwise: "false",
  check: { pattern: /^(?:true|false|1|0)$/i, expected: "true or false" },
};

/**
 * Reads the settings that the file has not: those of variables, under the names and with the defaults that
 * other tools use, and the region of AWS.
 */
export function readVariableSettings(
  env: Variables,
  { preset, aws }: { readonly preset: PresetName; readonly aws: AwsFiles | undefined },
): {
  readonly settings: VariableSettings;
  readonly sources: ReadonlyMap<string, Source>;
  readonly problems: readonly ConfigProblem[];
} {
  const rules = [ECR_REPOSITORY, LOAD];
  const load = /^(?:true|1)$/i.test(valueOf(LOAD, env));
  const region = findRegion(env, { preset, aws });
  const sources = new Map<string, Source>([
    [REGION, region.source],
    ...rules.map((rule): [string, Source] => [rule.key, {
      ...env[rule.variable]
        ? { kind: "environment", name: rule.variable }
        : { kind: "preset", name: "default" },
      value: rule === LOAD ? load : valueOf(rule, env),
    }]),
  ]);
  return {
    settings: { aws: region.aws, load },
    sources,
    problems: [
      ...region.aws.region === undefined ? [] : problemOf(region.aws.region, {
        key: REGION,
        source: region.source.name,
        check: REGION_CHECK,
      }),
      ...rules.flatMap(({ key, variable, check, ...rule }) =>
        problemOf(valueOf({ key, variable, ...rule }, env), { key, source: variable, check })
      ),
    ],
  };
}

/**
 * Finds the region as AWS's own tools do: `AWS_REGION`, else `AWS_DEFAULT_REGION`, else the region of the
 * profile. Only the preset of apache/superset has a default.
 */
function findRegion(
  env: Variables,
  { preset, aws }: { readonly preset: PresetName; readonly aws: AwsFiles | undefined },
): { readonly aws: AwsConfig; readonly source: Source } {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) {
    const region = env[name]?.trim();
    if (region) return { aws: { region }, source: { kind: "environment", name, value: region } };
  }
  const found = aws === undefined ? undefined : findProfileRegion(aws);
  if (found?.region !== undefined) {
    const { region, source } = found;
    return { aws: { region }, source: { kind: "environment", name: source, value: region } };
  }
  if (preset === "superset") {
    const region = SUPERSET_REGION;
    return { aws: { region }, source: { kind: "preset", name: "preset superset", value: region } };
  }
  return {
    aws: { region: undefined, ...(found === undefined ? {} : { regionMissing: found.why }) },
    source: { kind: "preset", name: `preset ${preset}`, value: null },
  };
}

function problemOf(
  value: string,
  { key, source, check }: {
    readonly key: string;
    readonly source: string;
    readonly check: Check | undefined;
  },
): readonly ConfigProblem[] {
  if (check === undefined || check.pattern.test(value)) return [];
  return [{
    source,
    code: "wrong_value",
    path: key,
    message: `expected ${check.expected}, found ${quote(value)}`,
    remedy: /^[A-Z_]+$/.test(source) ? "correct the variable, or leave it out" : "correct the profile",
  }];
}

function valueOf({ variable, otherwise }: Rule, env: Variables): string {
  return env[variable] || otherwise;
}
