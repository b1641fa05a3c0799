import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { lastPart, type TaskRecord } from "../records.ts";

/** Makes the record of a task that has just been asked for, without its service. */
export function makeTaskRecord(
  arn: string,
  { definition, createdAt }: { readonly definition: TaskDefinition; readonly createdAt: Date },
): Omit<TaskRecord, "service" | "deployment"> {
  return {
    arn,
    id: lastPart(arn),
    definition,
    createdAt,
    containers: (definition.containerDefinitions ?? []).map(({ name = "", image = "" }) => ({
      name,
      image,
      exitCode: undefined,
      reason: undefined,
      health: "UNKNOWN",
    })),
    ip: randomIp(),
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    startedAt: undefined,
    stoppingAt: undefined,
    stoppedAt: undefined,
    stopCode: undefined,
    stoppedReason: undefined,
    asked: Promise.withResolvers(),
  };
}

/** An address of this machine that nothing else is likely to have. */
function randomIp(): string {
  const [a = 1, b = 1, c = 1] = crypto.getRandomValues(new Uint8Array(3));
  return `127.${1 + a % 254}.${b}.${1 + c % 254}`;
}
