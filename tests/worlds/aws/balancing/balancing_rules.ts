import type { Ask, Rules } from "../ask.ts";
import { isObject, objects, Refusal, strings, text, type WireObject } from "../wire.ts";
import { Balancing, type GroupRecord, loadBalancerOf, type RuleAction } from "./balancing_records.ts";
import { describeTarget } from "./describe_target.ts";

/** AWS's limits. Neither that of groups nor that of groups in one action can be raised. */
const MOST_GROUPS = 100;
const MOST_RULES = 100;
const MOST_IN_ACTION = 5;
const MOST_TAGGED = 20;
const MOST_PAGE = 400;
const MOST_BODY = 1024;
const MOST_HOST = 128;
const MOST_PRIORITY = 50_000;

/** What the relay adds to moto's load balancing. */
export class BalancingRules {
  readonly #balancing: Balancing;
  readonly rules: Rules = {
    CreateListener: (ask) => this.#createListener(ask),
    CreateTargetGroup: (ask) => this.#createGroup(ask),
    ModifyTargetGroupAttributes: (ask) => this.#modifyGroup(ask),
    DeleteTargetGroup: (ask) => this.#deleteGroup(ask),
    DescribeTargetGroups: (ask) => this.#describeGroups(ask),
    DescribeTargetHealth: (ask) => this.#describeHealth(ask),
    CreateRule: (ask) => this.#createRule(ask),
    ModifyRule: (ask) => this.#modifyRule(ask),
    DeleteRule: (ask) => this.#deleteRule(ask),
    DescribeRules: (ask) => this.#describeRules(ask),
    DescribeTags: (ask) => this.#describeTags(ask),
    AddTags: (ask) => this.#addTags(ask),
  };

  constructor(balancing: Balancing) {
    this.#balancing = balancing;
  }

  async #createListener({ input, forward }: Ask): Promise<unknown> {
    const answer = await forward();
    const arn = text(first(answer, "Listeners")["ListenerArn"]) ?? "";
    this.#balancing.rules.set(`${arn}/default`, {
      arn: `${arn}/default`,
      listener: arn,
      priority: Infinity,
      hosts: [],
      action: readAction(input["DefaultActions"]),
      isDefault: true,
      tags: new Map(),
    });
    return answer;
  }

  /** The same group again is no mistake: the one that is there is the answer. */
  async #createGroup({ input, forward }: Ask): Promise<unknown> {
    const { Tags, ...settings } = input;
    const name = text(settings["Name"]) ?? "";
    const there = [...this.#balancing.groups.values()].find((each) => each.name === name);
    if (there !== undefined) {
      if (JSON.stringify(there.settings) !== JSON.stringify(settings)) {
        throw new Refusal(
          "DuplicateTargetGroupName",
          `A target group with the same name '${name}' exists, but with different settings`,
        );
      }
      return { TargetGroups: [this.#shown(there, {})] };
    }
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) {
      throw invalid(`Target group name '${name}' is not valid`);
    }
    const answer = await forward();
    const arn = text(first(answer, "TargetGroups")["TargetGroupArn"]) ?? "";
    this.#balancing.groups.set(arn, {
      arn,
      name,
      settings,
      path: text(settings["HealthCheckPath"]) ?? "/",
      tags: readTags(Tags),
      deregistrationSeconds: 300,
      targets: new Map(),
    });
    return answer;
  }

  async #modifyGroup({ input, forward }: Ask): Promise<unknown> {
    const answer = await forward();
    const group = this.#balancing.groups.get(text(input["TargetGroupArn"]) ?? "");
    for (const { Key, Value } of objects(input["Attributes"])) {
      if (group === undefined || Key !== "deregistration_delay.timeout_seconds") continue;
      group.deregistrationSeconds = Number(Value);
    }
    return answer;
  }

  async #deleteGroup({ input, forward }: Ask): Promise<unknown> {
    const arn = text(input["TargetGroupArn"]) ?? "";
    if (this.#balancing.isUsed(arn)) {
      throw new Refusal(
        "ResourceInUse",
        `Target group '${arn}' is currently in use by a listener or a rule`,
      );
    }
    if (!this.#balancing.groups.has(arn)) throw groupNotFound(arn);
    const answer = await forward();
    this.#balancing.groups.delete(arn);
    return answer;
  }

  async #describeGroups({ input, forward }: Ask): Promise<unknown> {
    const names = strings(input["Names"]);
    const loadBalancer = text(input["LoadBalancerArn"]);
    const known = [...this.#balancing.groups.values()];
    for (const name of names) {
      if (!known.some((each) => each.name === name)) {
        throw new Refusal("TargetGroupNotFound", `Target groups '${name}' not found`);
      }
    }
    const arns = strings(input["TargetGroupArns"]);
    for (const arn of arns) if (!this.#balancing.groups.has(arn)) throw groupNotFound(arn);
    const fitting = known.filter(({ name, arn }) =>
      (names.length === 0 || names.includes(name)) && (arns.length === 0 || arns.includes(arn)) &&
      (loadBalancer === undefined || this.#balancing.loadBalancersOf(arn).includes(loadBalancer))
    );
    // moto says only that the call is well-formed, and who may make it.
    await forward();
    const page = cut(fitting, input);
    return { TargetGroups: page.items.map((each) => this.#shown(each, {})), ...page.next };
  }

  #shown({ arn, name, settings }: GroupRecord, more: WireObject): WireObject {
    return {
      ...settings,
      TargetGroupArn: arn,
      TargetGroupName: name,
      Name: undefined,
      LoadBalancerArns: this.#balancing.loadBalancersOf(arn),
      ...more,
    };
  }

  async #describeHealth({ input, forward }: Ask): Promise<unknown> {
    const arn = text(input["TargetGroupArn"]) ?? "";
    const group = this.#balancing.groups.get(arn);
    if (group === undefined) throw groupNotFound(arn);
    await forward();
    const used = this.#balancing.isUsed(arn);
    return {
      TargetHealthDescriptions: [...group.targets.values()].map((each) => describeTarget(each, { used })),
    };
  }

  async #createRule({ input, forward }: Ask): Promise<unknown> {
    const listener = text(input["ListenerArn"]) ?? "";
    const priority = Number(input["Priority"]);
    if (!Number.isInteger(priority) || priority < 1 || priority > MOST_PRIORITY) {
      throw invalid(`Priority '${input["Priority"]}' must be from 1 to ${MOST_PRIORITY}`);
    }
    const hosts = readHosts(input["Conditions"]);
    const action = this.#checked(input["Actions"], { listener });
    if (this.#balancing.rulesOf(listener).some((rule) => rule.priority === priority)) {
      throw new Refusal("PriorityInUse", `Priority '${priority}' is currently in use`);
    }
    const others = [...this.#balancing.rules.values()].filter((rule) =>
      !rule.isDefault && loadBalancerOf(rule.listener) === loadBalancerOf(listener)
    );
    if (others.length >= MOST_RULES) {
      throw new Refusal("TooManyRules", "The maximum number of rules has been reached");
    }
    const answer = await forward();
    const arn = text(first(answer, "Rules")["RuleArn"]) ?? "";
    this.#balancing.rules.set(arn, {
      arn,
      listener,
      priority,
      hosts,
      action,
      isDefault: false,
      tags: readTags(input["Tags"]),
    });
    return answer;
  }

  async #modifyRule({ input, forward }: Ask): Promise<unknown> {
    const rule = this.#rule(input["RuleArn"]);
    const action = input["Actions"] === undefined
      ? rule.action
      : this.#checked(input["Actions"], { listener: rule.listener, instead: rule.arn });
    const hosts = input["Conditions"] === undefined ? rule.hosts : readHosts(input["Conditions"]);
    const answer = await forward();
    Object.assign(rule, { action, hosts });
    return answer;
  }

  async #deleteRule({ input, forward }: Ask): Promise<unknown> {
    const { arn } = this.#rule(input["RuleArn"]);
    const answer = await forward();
    this.#balancing.rules.delete(arn);
    return answer;
  }

  #rule(arn: unknown) {
    const rule = this.#balancing.rules.get(text(arn) ?? "");
    if (rule === undefined) throw new Refusal("RuleNotFound", `One or more rules not found: ${arn}`);
    return rule;
  }

  /** An action that AWS accepts; `instead` is the rule whose action it replaces. */
  #checked(actions: unknown, at: { readonly listener: string; readonly instead?: string }): RuleAction {
    const action = readAction(actions);
    if (action.kind === "fixed") {
      if (action.body.length > MOST_BODY) throw invalid(`The message body is longer than ${MOST_BODY}`);
      if (!/^[245]\d\d$/.test(String(action.status))) throw invalid(`The status code '${action.status}'`);
      return action;
    }
    if (action.groups.length === 0 || action.groups.length > MOST_IN_ACTION) {
      throw new Refusal("TooManyTargetGroups", `An action has 1 to ${MOST_IN_ACTION} target groups`);
    }
    const loadBalancer = loadBalancerOf(at.listener);
    const used = new Set(
      [...this.#balancing.rules.values()].flatMap((rule) =>
        rule.arn === at.instead || rule.action.kind !== "forward" ||
          loadBalancerOf(rule.listener) !== loadBalancer
          ? []
          : rule.action.groups.map(({ arn }) => arn)
      ),
    );
    for (const { arn } of action.groups) {
      if (!this.#balancing.groups.has(arn)) throw groupNotFound(arn);
      if (this.#balancing.loadBalancersOf(arn).some((each) => each !== loadBalancer)) {
        throw new Refusal("TargetGroupAssociationLimit", `'${arn}' belongs to another load balancer`);
      }
      used.add(arn);
    }
    if (used.size > MOST_GROUPS) {
      throw new Refusal(
        "TooManyUniqueTargetGroupsPerLoadBalancer",
        "You have reached the maximum number of unique target groups that you can associate with a load balancer of type 'application': [100]",
      );
    }
    return action;
  }

  /** The order is not promised: a caller that needs one sorts. */
  async #describeRules({ input, forward }: Ask): Promise<unknown> {
    for (const arn of strings(input["RuleArns"])) this.#rule(arn);
    const answer = await forward();
    const rules = [...objects(answer["Rules"])];
    for (let i = rules.length - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [rules[i], rules[j]] = [rules[j] ?? {}, rules[i] ?? {}];
    }
    return { ...answer, Rules: rules };
  }

  async #describeTags({ input, forward }: Ask): Promise<unknown> {
    const arns = strings(input["ResourceArns"]);
    if (arns.length > MOST_TAGGED) throw invalid(`More than ${MOST_TAGGED} resources`);
    await forward();
    return {
      TagDescriptions: arns.map((ResourceArn) => ({
        ResourceArn,
        Tags: [...this.#tagsOf(ResourceArn)].map(([Key, Value]) => ({ Key, Value })),
      })),
    };
  }

  async #addTags({ input, forward }: Ask): Promise<unknown> {
    const all = strings(input["ResourceArns"]).map((arn) => this.#tagsOf(arn));
    const answer = await forward();
    for (const tags of all) for (const [key, value] of readTags(input["Tags"])) tags.set(key, value);
    return answer;
  }

  #tagsOf(arn: string): Map<string, string> {
    const group = this.#balancing.groups.get(arn);
    if (group !== undefined) return group.tags;
    const rule = this.#balancing.rules.get(arn);
    if (rule !== undefined) return rule.tags;
    throw arn.includes(":targetgroup/")
      ? groupNotFound(arn)
      : new Refusal("RuleNotFound", `One or more rules not found: ${arn}`);
  }
}

function invalid(message: string): Refusal {
  return new Refusal("ValidationError", message);
}

function groupNotFound(arn: string): Refusal {
  return new Refusal("TargetGroupNotFound", `One or more target groups not found: ${arn}`);
}

function first(answer: WireObject, key: string): WireObject {
  return objects(answer[key])[0] ?? {};
}

function readTags(value: unknown): Map<string, string> {
  return new Map(objects(value).map(({ Key, Value }) => [text(Key) ?? "", text(Value) ?? ""]));
}

function readHosts(conditions: unknown): readonly string[] {
  const hosts = objects(conditions).flatMap((each) => {
    const config = each["HostHeaderConfig"];
    return each["Field"] === "host-header"
      ? strings(isObject(config) ? config["Values"] : each["Values"])
      : [];
  });
  for (const host of hosts) {
    const fits = /^[A-Za-z0-9.*?-]+\.[A-Za-z]+$/.test(host) && host.length <= MOST_HOST;
    if (!fits) throw invalid(`The host '${host}' is not valid`);
  }
  return hosts;
}

function readAction(actions: unknown): RuleAction {
  const [action = {}] = objects(actions);
  const fixed = action["FixedResponseConfig"];
  if (isObject(fixed)) {
    return {
      kind: "fixed",
      status: Number(fixed["StatusCode"]),
      type: text(fixed["ContentType"]) ?? "text/plain",
      body: text(fixed["MessageBody"]) ?? "",
    };
  }
  const forward = action["ForwardConfig"];
  const groups = objects(isObject(forward) ? forward["TargetGroups"] : undefined).map((each) => ({
    arn: text(each["TargetGroupArn"]) ?? "",
    weight: Number(each["Weight"] ?? 1),
  }));
  return { kind: "forward", groups };
}

function cut<Item>(items: readonly Item[], input: WireObject) {
  const size = Number(input["PageSize"] ?? MOST_PAGE);
  if (size < 1 || size > MOST_PAGE) throw invalid(`PageSize is from 1 to ${MOST_PAGE}`);
  const from = Number(input["Marker"] ?? 0);
  const to = from + size;
  return {
    items: items.slice(from, to),
    next: to < items.length ? { NextMarker: String(to) } : {},
  };
}
