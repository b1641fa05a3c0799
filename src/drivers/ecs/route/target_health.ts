import type { EcsDependencies } from "../dependencies.ts";
import type { StartFailure } from "../deploy/stopped_task.ts";
import type { Target } from "../sdk/target_groups.ts";

/** Returns the health of a target in words: `unhealthy (Target.Timeout: Request timed out)`. */
export function describeTarget({ state, reason, description }: Target): string {
  const why = [reason, description].filter((each) => each !== undefined).join(": ");
  return why === "" ? state : `${state} (${why})`;
}

/** Explains why the load balancer does not send people to a target, and what mends it. */
export function explainTarget(target: Target, { config }: Pick<EcsDependencies, "config">): StartFailure {
  const { port, health: { path } } = config;
  return {
    code: "unhealthy",
    state: `the load balancer finds the task ${describeTarget(target)}`,
    hint: hintFor(target.reason, { port, path }),
    decisive: true,
  };
}

function hintFor(reason: string | undefined, at: { readonly port: number; readonly path: string }): string {
  const { port, path } = at;
  switch (reason) {
    case "Target.Timeout":
      return `Let the load balancer's security group reach port ${port} in ecs.security_groups; "showtime doctor" checks it`;
    case "Target.ResponseCodeMismatch":
      return `The load balancer expects 200 to 299 at ${path}: set environment.health.path to a path that answers so`;
    case "Target.FailedHealthChecks":
      return `The application must listen on port ${port} on all addresses, not only on 127.0.0.1`;
    case "Target.NotInUse":
      return "Enable the availability zones of ecs.subnets for the load balancer, or leave those subnets out";
    default:
      return "Look at the target group in the AWS Console, or raise environment.health.timeout";
  }
}
