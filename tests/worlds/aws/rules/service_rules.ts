import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type LoadBalancer,
  type NetworkConfiguration,
  type Tag,
} from "@aws-sdk/client-ecs";
import { type Ask, clusterOf, invalid, type Rules } from "../ask.ts";
import type { Clients } from "../clients.ts";
import { overlayService } from "./overlays.ts";
import { type Records, type ServiceRecord } from "../records.ts";
import { checkTags } from "./tag_rules.ts";
import { isObject, objects, Refusal, strings, text, toWire, type WireObject } from "../wire.ts";

const MOST_DESCRIBED = 10;
const MOST_TOKEN = 36;

/** What the relay adds to moto's services. */
export class ServiceRules {
  readonly #records: Records;
  readonly #clients: Clients;
  readonly #drainingMs: number;
  readonly rules: Rules = {
    CreateService: (ask) => this.#create(ask),
    UpdateService: (ask) => this.#update(ask),
    DeleteService: (ask) => this.#delete(ask),
    DescribeServices: (ask) => this.#describe(ask),
    ListServices: (ask) => this.#list(ask),
  };

  constructor(
    records: Records,
    { clients, drainingMs }: { readonly clients: Clients; readonly drainingMs: number },
  ) {
    this.#records = records;
    this.#clients = clients;
    this.#drainingMs = drainingMs;
  }

  async #create({ input, forward }: Ask): Promise<unknown> {
    const [cluster, name] = [clusterOf(input), text(input["serviceName"]) ?? ""];
    checkTags(input);
    const clientToken = text(input["clientToken"]);
    if ((clientToken ?? "").length > MOST_TOKEN) {
      throw invalid(`clientToken must have ${MOST_TOKEN} characters at most.`);
    }
    const there = this.#records.service(cluster, name);
    if (there?.status === "DRAINING") {
      throw invalid("Unable to Start a service that is still Draining.");
    }
    if (there?.status === "ACTIVE") {
      if (clientToken === undefined || clientToken !== there.clientToken) {
        throw invalid("Creation of service was not idempotent.");
      }
      return { service: await this.#described(there) };
    }
    const definition = await this.#usableDefinition(input["taskDefinition"]);
    const loadBalancers = await this.#loadBalancers(input, definition) ?? [];
    const made = objectAt(await forward(), "service");
    const record: ServiceRecord = {
      cluster,
      name,
      arn: text(made["serviceArn"]) ?? "",
      createdAt: this.#records.now(),
      clientToken,
      network: networkOf(input),
      propagateTags: input["propagateTags"] === "SERVICE" ? "SERVICE" : "NONE",
      managedTags: input["enableECSManagedTags"] === true,
      tags: tagsOf(input),
      configuration: configurationOf(input),
      loadBalancers,
      graceSeconds: numberAt(input, "healthCheckGracePeriodSeconds") ?? 0,
      status: "ACTIVE",
      drainsUntil: 0,
      desiredCount: numberAt(input, "desiredCount") ?? 1,
      deployments: [],
      events: [],
      lastCompleted: undefined,
    };
    this.#records.beginDeployment(record, definition ?? text(made["taskDefinition"]) ?? "");
    this.#records.addService(record);
    return { service: this.#overlay(made, record) };
  }

  async #update({ input, forward }: Ask): Promise<unknown> {
    const record = this.#records.service(clusterOf(input), text(input["service"]) ?? "");
    if (record === undefined) return await forward();
    if (record.status !== "ACTIVE") {
      throw new Refusal("ServiceNotActiveException", "Service was not ACTIVE.");
    }
    const definition = await this.#usableDefinition(input["taskDefinition"]);
    const loadBalancers = await this.#loadBalancers(
      input,
      definition ?? record.deployments[0]?.taskDefinition,
    );
    const answer = await forward();
    const moved = loadBalancers !== undefined && !sameJson(loadBalancers, record.loadBalancers);
    record.loadBalancers = loadBalancers ?? record.loadBalancers;
    record.graceSeconds = numberAt(input, "healthCheckGracePeriodSeconds") ?? record.graceSeconds;
    record.desiredCount = numberAt(input, "desiredCount") ?? record.desiredCount;
    record.network = networkOf(input) ?? record.network;
    if (isObject(input["deploymentConfiguration"])) record.configuration = configurationOf(input);
    this.#goOver(record, { definition, forced: moved || input["forceNewDeployment"] === true });
    return { service: this.#overlay(objectAt(answer, "service"), record) };
  }

  /** A deployment that still runs is taken up again; any other revision, and a forced one, is deployed anew. */
  #goOver(
    record: ServiceRecord,
    { definition, forced }: { readonly definition: string | undefined; readonly forced: boolean },
  ): void {
    const [primary, ...older] = record.deployments;
    const wanted = definition ?? primary?.taskDefinition ?? "";
    if (forced) return void this.#records.beginDeployment(record, wanted);
    if (primary?.taskDefinition === wanted) return;
    const running = older.find((each) => each.taskDefinition === wanted && each.rolloutState !== "FAILED");
    if (running === undefined) return void this.#records.beginDeployment(record, wanted);
    const reason = `ECS deployment ${running.id} in progress.`;
    this.#records.resumeDeployment(record, { deployment: running, reason });
  }

  async #delete({ input, forward }: Ask): Promise<unknown> {
    const record = this.#records.service(clusterOf(input), text(input["service"]) ?? "");
    if (record?.status === "INACTIVE") {
      throw new Refusal("ServiceNotFoundException", "Service not found.");
    }
    const answer = await forward();
    if (record === undefined) return answer;
    if (record.status === "ACTIVE") {
      record.status = "DRAINING";
      record.desiredCount = 0;
      record.drainsUntil = this.#records.elapsed() + this.#drainingMs;
    }
    return { service: this.#overlay(objectAt(answer, "service"), record) };
  }

  async #describe({ input, forward }: Ask): Promise<unknown> {
    const names = strings(input["services"]);
    if (names.length === 0) throw invalid("Services cannot be empty.");
    if (names.length > MOST_DESCRIBED) {
      throw invalid(`Services cannot have more than ${MOST_DESCRIBED} elements.`);
    }
    const cluster = clusterOf(input);
    const answer = await forward();
    const services = objects(answer["services"]).map((each) => {
      const record = this.#records.service(cluster, text(each["serviceName"]) ?? "");
      return record === undefined ? each : this.#overlay(each, record);
    });
    return { ...answer, services };
  }

  async #list({ input, forward }: Ask): Promise<unknown> {
    const cluster = clusterOf(input);
    const answer = await forward();
    const serviceArns = strings(answer["serviceArns"]).filter((arn) =>
      arn.includes(`:service/${cluster}/`) && this.#records.service(cluster, arn)?.status !== "INACTIVE"
    );
    return { ...answer, serviceArns };
  }

  #overlay(made: WireObject, record: ServiceRecord): WireObject {
    const overlay = toWire(overlayService(this.#records, record));
    return { ...made, ...(isObject(overlay) ? overlay : {}) };
  }

  async #described(record: ServiceRecord): Promise<WireObject> {
    const found = await this.#clients.ecs.send(
      new DescribeServicesCommand({ cluster: record.cluster, services: [record.name], include: ["TAGS"] }),
    );
    const service = toWire(found.services?.[0]);
    return this.#overlay(isObject(service) ? service : {}, record);
  }

  /** The load balancers that were asked for, as ECS accepts them; undefined where none were named. */
  async #loadBalancers(
    input: WireObject,
    taskDefinition: string | undefined,
  ): Promise<readonly LoadBalancer[] | undefined> {
    if (!Array.isArray(input["loadBalancers"])) return undefined;
    const asked = objects(input["loadBalancers"]).map((each) => ({
      targetGroupArn: text(each["targetGroupArn"]) ?? "",
      containerName: text(each["containerName"]) ?? "",
      containerPort: numberAt(each, "containerPort") ?? 0,
    }));
    if (asked.length === 0) return asked;
    const { taskDefinition: described } = await this.#clients.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: taskDefinition ?? "" }),
    );
    for (const { targetGroupArn, containerName, containerPort } of asked) {
      const group = `The target group with targetGroupArn ${targetGroupArn}`;
      if (!this.#records.balancing.groups.has(targetGroupArn)) throw invalid(`${group} does not exist.`);
      if (!this.#records.balancing.isUsed(targetGroupArn)) {
        throw invalid(`${group} does not have an associated load balancer.`);
      }
      const container = described?.containerDefinitions?.find(({ name }) => name === containerName);
      if (container === undefined) {
        throw invalid(`The container ${containerName} does not exist in the task definition.`);
      }
      if (container.portMappings?.some((each) => each.containerPort === containerPort) !== true) {
        throw invalid(
          `The container ${containerName} did not have a container port ${containerPort} defined.`,
        );
      }
    }
    return asked;
  }

  /** The whole ARN of a revision; undefined where none was named, or where there is none: then moto refuses. */
  async #usableDefinition(name: unknown): Promise<string | undefined> {
    if (typeof name !== "string") return undefined;
    const found = await this.#clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name }))
      .catch(() => undefined);
    const definition = found?.taskDefinition;
    if (definition !== undefined && definition.status !== "ACTIVE") {
      throw new Refusal("ClientException", "TaskDefinition is inactive");
    }
    return definition?.taskDefinitionArn;
  }
}

function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function objectAt(value: WireObject, key: string): WireObject {
  const found = value[key];
  return isObject(found) ? found : {};
}

function numberAt(value: WireObject, key: string): number | undefined {
  const found = value[key];
  return typeof found === "number" ? found : undefined;
}

function tagsOf(input: WireObject): readonly Tag[] {
  return objects(input["tags"]).map((tag) => ({ key: text(tag["key"]), value: text(tag["value"]) }));
}

function networkOf(input: WireObject): NetworkConfiguration | undefined {
  const vpc = objectAt(objectAt(input, "networkConfiguration"), "awsvpcConfiguration");
  if (Object.keys(vpc).length === 0) return undefined;
  return {
    awsvpcConfiguration: {
      subnets: [...strings(vpc["subnets"])],
      securityGroups: [...strings(vpc["securityGroups"])],
      assignPublicIp: vpc["assignPublicIp"] === "ENABLED" ? "ENABLED" : "DISABLED",
    },
  };
}

function configurationOf(input: WireObject): NonNullable<ServiceRecord["configuration"]> {
  const given = objectAt(input, "deploymentConfiguration");
  const breaker = objectAt(given, "deploymentCircuitBreaker");
  return {
    deploymentCircuitBreaker: { enable: breaker["enable"] === true, rollback: breaker["rollback"] === true },
    minimumHealthyPercent: numberAt(given, "minimumHealthyPercent") ?? 100,
    maximumPercent: numberAt(given, "maximumPercent") ?? 200,
  };
}
