import { DescribeTaskDefinitionCommand, type TaskDefinition } from "@aws-sdk/client-ecs";
import { type Ask, clusterOf, invalid, type Rules } from "../ask.ts";
import type { Clients } from "../clients.ts";
import { lastPart, type Records, type ServiceRecord, type TaskRecord } from "../records.ts";
import { makeTaskRecord } from "../tasks/make_task_record.ts";
import { checkTags } from "./tag_rules.ts";
import { isObject, objects, Refusal, text, type WireObject } from "../wire.ts";

const MOST_TOKEN = 64;

/** Plays a task; `networkInterface` is the id of the one that moto made for it. */
export type PlayTask = (task: TaskRecord, networkInterface: string) => void;

/**
 * What the relay adds to tasks that belong to no service: the same task for the same client token, a refusal of
 * containers that are not in the definition, and a life from PROVISIONING to STOPPED with the exit code of the command.
 */
export class RunTaskRules {
  readonly #records: Records;
  readonly #clients: Clients;
  readonly #play: PlayTask;
  /** The answer to each token of each cluster. */
  readonly #answers = new Map<string, WireObject>();
  readonly rules: Rules = { RunTask: (ask) => this.#run(ask) };

  constructor(records: Records, { clients, play }: { readonly clients: Clients; readonly play: PlayTask }) {
    this.#records = records;
    this.#clients = clients;
    this.#play = play;
  }

  async #run({ input, forward }: Ask): Promise<unknown> {
    checkTags(input);
    const token = text(input["clientToken"]);
    if ((token ?? "").length > MOST_TOKEN) {
      throw invalid(`clientToken must have ${MOST_TOKEN} characters at most.`);
    }
    const key = `${clusterOf(input)} ${token}`;
    const known = token === undefined ? undefined : this.#answers.get(key);
    if (known !== undefined) return known;
    const definition = await this.#definition(text(input["taskDefinition"]) ?? "");
    checkOverrides(input, definition);
    const answer = await forward();
    if (token !== undefined) this.#answers.set(key, answer);
    for (const made of objects(answer["tasks"])) this.#begin(made, { input, definition });
    return answer;
  }

  async #definition(taskDefinition: string): Promise<TaskDefinition> {
    const found = await this.#clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const definition = found.taskDefinition;
    if (definition === undefined || definition.status !== "ACTIVE") {
      throw new Refusal("ClientException", "TaskDefinition is inactive");
    }
    return definition;
  }

  #begin(
    made: WireObject,
    { input, definition }: { readonly input: WireObject; readonly definition: TaskDefinition },
  ): void {
    const arn = text(made["taskArn"]) ?? "";
    const task: TaskRecord = {
      ...makeTaskRecord(arn, { definition, createdAt: this.#records.now() }),
      ...this.#nowhere(input, definition),
      alone: { group: `family:${definition.family}`, startedBy: text(input["startedBy"]) },
    };
    this.#records.addTask(task);
    const [attachment] = objects(made["attachments"]);
    const details = objects(attachment?.["details"]);
    this.#play(task, text(details.find((each) => each["name"] === "networkInterfaceId")?.["value"]) ?? "");
  }

  /** A service that is in no list stands in for the one that such a task has not. */
  #nowhere(input: WireObject, definition: TaskDefinition): Pick<TaskRecord, "service" | "deployment"> {
    const now = this.#records.now();
    const cluster = clusterOf(input);
    const network = input["networkConfiguration"];
    const service: ServiceRecord = {
      cluster,
      name: "",
      arn: `${
        (definition.taskDefinitionArn ?? "").replace(/:task-definition\/.*$/, "")
      }:service/${cluster}/none`,
      createdAt: now,
      clientToken: undefined,
      network: isObject(network) ? network as ServiceRecord["network"] : undefined,
      propagateTags: "NONE",
      managedTags: false,
      tags: [],
      configuration: {},
      status: "INACTIVE",
      drainsUntil: 0,
      desiredCount: 0,
      deployments: [],
      events: [],
      lastCompleted: undefined,
    };
    const deployment = {
      id: text(input["startedBy"]) ?? "",
      taskDefinition: definition.taskDefinitionArn ?? "",
      createdAt: now,
      updatedAt: now,
      rolloutState: "COMPLETED" as const,
      rolloutStateReason: "",
      failedTasks: 0,
      notBefore: 0,
      readySince: undefined,
    };
    return { service, deployment };
  }
}

function checkOverrides(input: WireObject, definition: TaskDefinition): void {
  const overrides = isObject(input["overrides"]) ? objects(input["overrides"]["containerOverrides"]) : [];
  for (const { name } of overrides) {
    if (definition.containerDefinitions?.some((each) => each.name === name) === true) continue;
    throw invalid(
      `Override for container named ${text(name)} is not a container in the TaskDefinition ` +
        `${lastPart(definition.taskDefinitionArn ?? "")}.`,
    );
  }
}
