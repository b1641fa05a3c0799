import type { WireObject } from "../wire.ts";
import type { TargetRecord } from "./balancing_records.ts";

/** The words of AWS for the reasons of targets. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "Elb.RegistrationInProgress": "Target registration is in progress",
  "Elb.InitialHealthChecking": "Initial health checks in progress",
  "Target.Timeout": "Request timed out",
  "Target.FailedHealthChecks": "Health checks failed",
  "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
  "Target.DeregistrationInProgress": "Target deregistration is in progress",
};

/** A target as DescribeTargetHealth shows it. `used`: whether a rule uses its group. */
export function describeTarget(target: TargetRecord, { used }: { readonly used: boolean }): WireObject {
  const [state, said] = !used && target.state !== "draining"
    ? ["unused", "Target.NotInUse"]
    : [target.state, target.state === "draining" ? "Target.DeregistrationInProgress" : target.reason];
  const [reason, code] = (said ?? "").split(" ");
  return {
    Target: { Id: target.id, Port: String(target.port) },
    HealthCheckPort: String(target.port),
    TargetHealth: {
      State: state,
      ...(reason === undefined || reason === "" ? {} : {
        Reason: reason,
        Description: code === undefined
          ? DESCRIPTIONS[reason]
          : `Health checks failed with these codes: [${code}]`,
      }),
    },
  };
}
