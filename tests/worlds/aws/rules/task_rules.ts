import type { Task } from "@aws-sdk/client-ecs";
import { type Ask, clusterOf, invalid, type Rules } from "../ask.ts";
import { overlayTask } from "./overlays.ts";
import { lastPart, type Records, requestStop, type TaskRecord } from "../records.ts";
import { isObject, objects, Refusal, strings, text, toWire, type WireObject } from "../wire.ts";

const MOST_DESCRIBED = 100;

/** What the relay adds to moto's tasks. */
export class TaskRules {
  readonly #records: Records;
  readonly #lingerMs: number;
  readonly rules: Rules = {
    ListTasks: (ask) => this.#list(ask),
    DescribeTasks: (ask) => this.#describe(ask),
    StopTask: (ask) => this.#stop(ask),
  };

  /** `lingerMs`: how long, by the records' clock, a stopped task is listed. */
  constructor(records: Records, { lingerMs }: { readonly lingerMs: number }) {
    this.#records = records;
    this.#lingerMs = lingerMs;
  }

  async #list({ input, forward }: Ask): Promise<unknown> {
    const cluster = clusterOf(input);
    const service = text(input["serviceName"]);
    // moto knows no tasks of services: it checks the cluster, and filters by family and starter.
    const answer = await forward();
    if (service !== undefined && this.#records.service(cluster, service) === undefined) {
      throw new Refusal("ServiceNotFoundException", "Service not found.");
    }
    const desired = text(input["desiredStatus"]) ?? "RUNNING";
    const known = this.#records.tasks().filter((task) =>
      task.service.cluster === cluster && task.desiredStatus === desired && !this.#isForgotten(task) &&
      (service === undefined || task.service.name === lastPart(service)) &&
      (input["startedBy"] === undefined || task.deployment.id === input["startedBy"]) &&
      (input["family"] === undefined || task.definition.family === input["family"])
    ).map((task) => task.arn);
    const others = strings(answer["taskArns"]).filter((arn) =>
      service === undefined && this.#records.task(arn) === undefined && arn.includes(`:task/${cluster}/`)
    );
    return { ...answer, taskArns: [...known, ...others] };
  }

  async #describe({ input, forward }: Ask): Promise<unknown> {
    const asked = strings(input["tasks"]);
    if (asked.length > MOST_DESCRIBED) {
      throw invalid(`Tasks cannot have more than ${MOST_DESCRIBED} elements.`);
    }
    const cluster = clusterOf(input);
    const answer = await forward();
    const tasks = objects(answer["tasks"]).filter((each) => {
      const arn = text(each["taskArn"]) ?? "";
      const known = this.#records.task(arn);
      return arn.includes(`:task/${cluster}/`) && (known === undefined || !this.#isForgotten(known));
    }).map((each) => this.#overlay(each));
    const found = new Set(tasks.map((each) => lastPart(text(each["taskArn"]) ?? "")));
    const failures = asked.filter((each) => !found.has(lastPart(each)))
      .map((arn) => ({ arn, reason: "MISSING" }));
    return { ...answer, tasks, failures };
  }

  async #stop({ input, forward }: Ask): Promise<unknown> {
    const id = lastPart(text(input["task"]) ?? "");
    const task = this.#records.tasks().find((each) => each.id === id);
    if (task === undefined) throw invalid("The referenced task was not found.");
    const answer = await forward();
    requestStop(task, {
      code: "UserInitiated",
      reason: text(input["reason"]) ?? "Task stopped by user",
      at: this.#records.now(),
    });
    const described = answer["task"];
    return { task: this.#overlay(isObject(described) ? described : {}) };
  }

  #overlay(described: WireObject): WireObject {
    const task = this.#records.task(text(described["taskArn"]) ?? "");
    if (task === undefined) return described;
    const overlay = toWire(overlayTask(task, readAttachments(described["attachments"])));
    const merged = { ...described, ...(isObject(overlay) ? overlay : {}) };
    // moto has reasons for tasks that run.
    if (task.stoppedReason !== undefined) return merged;
    return Object.fromEntries(Object.entries(merged).filter(([key]) => key !== "stoppedReason"));
  }

  #isForgotten(task: TaskRecord): boolean {
    return task.stoppedAt !== undefined &&
      this.#records.now().getTime() - task.stoppedAt.getTime() > this.#lingerMs;
  }
}

function readAttachments(value: unknown): NonNullable<Task["attachments"]> {
  return objects(value).map((each) => ({
    id: text(each["id"]),
    type: text(each["type"]),
    status: text(each["status"]),
    details: objects(each["details"]).map((one) => ({ name: text(one["name"]), value: text(one["value"]) })),
  }));
}
