import { type ECSClient, RunTaskCommand, StopTaskCommand } from "@aws-sdk/client-ecs";

/**
 * Makes the probes of the actions that only `before_stop` needs. The revision and the task that they name do not
 * exist, so that an allowed call has no effect.
 */
export function hookProbes(
  ecs: ECSClient,
  { cluster, family }: { readonly cluster: string; readonly family: string },
): readonly (readonly [string, (signal: AbortSignal) => Promise<unknown>])[] {
  return [
    ["ecs:RunTask", (abortSignal) =>
      ecs.send(
        new RunTaskCommand({ cluster, taskDefinition: `${family}:1`, launchType: "FARGATE" }),
        { abortSignal },
      )],
    [
      "ecs:StopTask",
      (abortSignal) => ecs.send(new StopTaskCommand({ cluster, task: "0".repeat(32) }), { abortSignal }),
    ],
  ];
}
