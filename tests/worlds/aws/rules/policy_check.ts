import {
  GetAccessKeyLastUsedCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListUserPoliciesCommand,
} from "@aws-sdk/client-iam";
import { denial } from "../faults.ts";
import { isObject, objects, type Operation, strings, text, type WireObject } from "../wire.ts";

/** What a call needs besides its own action. */
interface Need {
  readonly action: string;
  readonly resource: string;
  /** Keys that conditions may ask about. */
  readonly context: Readonly<Record<string, string>>;
}

/** Where the calls are made: it stands in the resources' names. */
export interface PolicyPlace {
  readonly region: string;
  readonly account: string;
}

/** Refuses calls whose user lacks what AWS asks for beside the action of the call, and moto does not. */
export class PolicyCheck {
  readonly #iam: IAMClient;
  readonly #place: PolicyPlace;

  constructor(iam: IAMClient, place: PolicyPlace) {
    this.#iam = iam;
    this.#place = place;
  }

  async check(operation: Operation): Promise<void> {
    const needs = this.#needsOf(operation);
    if (needs.length === 0) return;
    const { statements, user } = await this.#policiesOf(operation.accessKeyId ?? "");
    for (const need of needs) {
      if (!isAllowed(statements, need)) throw denial({ ...need, user }, operation);
    }
  }

  #needsOf({ name, input }: Operation): readonly Need[] {
    const { region, account } = this.#place;
    const ecs = (resource: string) => `arn:aws:ecs:${region}:${account}:${resource}`;
    const tagged = objects(input["tags"]).length > 0;
    const tag = (resource: string): readonly Need[] =>
      tagged
        ? [{ action: "ecs:TagResource", resource: ecs(resource), context: { "ecs:CreateAction": name } }]
        : [];
    switch (name) {
      case "RegisterTaskDefinition":
        return [
          ...tag(`task-definition/${text(input["family"])}:*`),
          ...["executionRoleArn", "taskRoleArn"].flatMap((key) => {
            const role = text(input[key]);
            if (role === undefined) return [];
            const resource = role.startsWith("arn:") ? role : `arn:aws:iam::${account}:role/${role}`;
            const context = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
            return [{ action: "iam:PassRole", resource, context }];
          }),
        ];
      case "RunTask":
        return tag(`task/${text(input["cluster"]) ?? "default"}/*`);
      case "CreateService":
        return tag(`service/${text(input["cluster"]) ?? "default"}/${text(input["serviceName"])}`);
      default:
        return [];
    }
  }

  async #policiesOf(
    AccessKeyId: string,
  ): Promise<{ readonly statements: readonly WireObject[]; readonly user: string }> {
    const { UserName } = await this.#iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    const { PolicyNames = [] } = await this.#iam.send(new ListUserPoliciesCommand({ UserName }));
    const statements: WireObject[] = [];
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument = "" } = await this.#iam.send(
        new GetUserPolicyCommand({ UserName, PolicyName }),
      );
      statements.push(...readStatements(PolicyDocument));
    }
    return { statements, user: `arn:aws:iam::${this.#place.account}:user/${UserName}` };
  }
}

function readStatements(document: string): readonly WireObject[] {
  const plain = document.startsWith("%") ? decodeURIComponent(document) : document;
  const policy: unknown = JSON.parse(plain);
  if (!isObject(policy)) return [];
  const statement = policy["Statement"];
  return isObject(statement) ? [statement] : objects(statement);
}

function isAllowed(statements: readonly WireObject[], need: Need): boolean {
  const fitting = statements.filter((each) => fits(each, need));
  return fitting.some((each) => each["Effect"] === "Allow") &&
    !fitting.some((each) => each["Effect"] === "Deny");
}

function fits(statement: WireObject, { action, resource, context }: Need): boolean {
  const matches = (patterns: unknown, value: string) => listed(patterns).some((each) => like(each, value));
  if (!matches(statement["Action"], action) || !matches(statement["Resource"], resource)) return false;
  const conditions = statement["Condition"];
  if (!isObject(conditions)) return true;
  return Object.values(conditions).every((operator) =>
    isObject(operator) &&
    Object.entries(operator).every(([key, values]) => {
      const value = context[key];
      return value !== undefined && matches(values, value);
    })
  );
}

function listed(value: unknown): readonly string[] {
  return typeof value === "string" ? [value] : strings(value);
}

/** Whether a value fits a pattern with `*` and `?`. Case does not matter to actions, and does no harm elsewhere. */
function like(pattern: string, value: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "i").test(value);
}
