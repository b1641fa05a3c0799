import type { VariableSettings } from "./environments/config.ts";
import { quote } from "../lib/quote.ts";
import type { Variables } from "../lib/variables.ts";
import type { Source } from "./layer.ts";
import type { ConfigProblem } from "./problems.ts";

interface Rule {
  readonly key: string;
  readonly variable: string;
  readonly otherwise: string;
  /** Checks a value; without it every value is accepted. */
  readonly check?: { readonly pattern: RegExp; readonly expected: string };
}

const REGION: Rule = {
  key: "aws.region",
  variable: "AWS_REGION",
  otherwise: "us-west-2",
  check: { pattern: /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/, expected: "a region, such as us-west-2" },
};
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
 * Reads the settings that only variables have, under the names and with the defaults that other tools use.
 */
export function readVariableSettings(env: Variables): {
  readonly settings: VariableSettings;
  readonly sources: ReadonlyMap<string, Source>;
  readonly problems: readonly ConfigProblem[];
} {
  const rules = [REGION, ECR_REPOSITORY, LOAD];
  const load = /^(?:true|1)$/i.test(valueOf(LOAD, env));
  const sources = new Map(rules.map((rule): [string, Source] => [rule.key, {
    ...env[rule.variable]
      ? { kind: "environment", name: rule.variable }
      : { kind: "preset", name: "default" },
    value: rule === LOAD ? load : valueOf(rule, env),
  }]));
  return {
    settings: { aws: { region: valueOf(REGION, env) }, load },
    sources,
    problems: rules.flatMap((rule) => problemOf(rule, env)),
  };
}

function problemOf(rule: Rule, env: Variables): readonly ConfigProblem[] {
  const { key, variable, check } = rule;
  const value = valueOf(rule, env);
  if (check === undefined || check.pattern.test(value)) return [];
  return [{
    source: variable,
    code: "wrong_value",
    path: key,
    message: `expected ${check.expected}, found ${quote(value)}`,
    remedy: "correct the variable, or leave it out",
  }];
}

function valueOf({ variable, otherwise }: Rule, env: Variables): string {
  return env[variable] || otherwise;
}
