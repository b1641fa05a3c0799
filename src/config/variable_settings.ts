import type { VariableSettings } from "./environments/config.ts";
import type { Variables } from "./environment_layers.ts";
import type { Source } from "./layer.ts";
import { type ConfigProblem, quote } from "./problems.ts";

interface Rule {
  readonly key: string;
  readonly variable: string;
  readonly otherwise: string;
  readonly pattern: RegExp;
  readonly expected: string;
}

const REGION: Rule = {
  key: "aws.region",
  variable: "AWS_REGION",
  otherwise: "us-west-2",
  pattern: /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/,
  expected: "a region, such as us-west-2",
};
const ECR_REPOSITORY: Rule = {
  key: "aws.ecr_repository",
  variable: "ECR_REPOSITORY",
  otherwise: "superset-ci",
  pattern: /^[a-z0-9][a-z0-9._/-]{1,255}$/,
  expected: "the name of an ECR repository, such as shop or team/shop",
};
const LOAD: Rule = {
  key: "docker.load",
  variable: "DOCKER_LOAD",
  otherwise: "false",
  pattern: /^(?:true|false|1|0)$/i,
  expected: "true or false",
};

/** Reads the settings that only variables have, with the names and defaults other tools give them. */
export function readVariableSettings(env: Variables): {
  readonly settings: VariableSettings;
  readonly sources: ReadonlyMap<string, Source>;
  readonly problems: readonly ConfigProblem[];
} {
  const rules = [REGION, ECR_REPOSITORY, LOAD];
  const problems = rules.flatMap((rule) => {
    const value = valueOf(rule, env);
    return rule.pattern.test(value) ? [] : [{
      source: rule.variable,
      code: "wrong_value" as const,
      path: rule.key,
      message: `expected ${rule.expected}, found ${quote(value)}`,
      remedy: "correct the variable, or leave it out",
    }];
  });
  const load = /^(?:true|1)$/i.test(valueOf(LOAD, env));
  const settings = {
    aws: { region: valueOf(REGION, env), ecrRepository: valueOf(ECR_REPOSITORY, env) },
    load,
  };
  const sources = new Map(rules.map((rule): [string, Source] => [rule.key, {
    ...env[rule.variable]
      ? { kind: "environment", name: rule.variable }
      : { kind: "preset", name: "default" },
    value: rule === LOAD ? load : valueOf(rule, env),
  }]));
  return { settings, sources, problems };
}

function valueOf(rule: Rule, env: Variables): string {
  return env[rule.variable] || rule.otherwise;
}
