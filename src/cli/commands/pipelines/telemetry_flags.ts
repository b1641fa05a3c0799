import type { TelemetryPlan } from "../../../pipelines/core/trace/mod.ts";
import type { RunFlags } from "./run_flags.ts";

/**
 * Plans where the telemetry of a build goes; undefined if nothing asks for any. The rules are loaded only if something does.
 * Throws AppError (exit code 2).
 */
export async function planTelemetryOf(
  flags: Pick<RunFlags, "tracesEndpoint" | "logsEndpoint" | "serviceName">,
  { variables, pipeline }: {
    readonly variables: Readonly<Record<string, string>>;
    readonly pipeline: string;
  },
): Promise<TelemetryPlan | undefined> {
  const isAsked = flags.tracesEndpoint !== undefined || flags.logsEndpoint !== undefined ||
    Object.keys(variables).some((name) => name.startsWith("OTEL_EXPORTER_OTLP_"));
  if (!isAsked) return undefined;
  const { planTelemetry } = await import("../../../pipelines/core/trace/mod.ts");
  return planTelemetry({ flags, env: (name) => variables[name], pipeline });
}
