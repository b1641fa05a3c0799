import type { Clock } from "../../ports/clock.ts";
import type { HealthProbe } from "../../ports/health.ts";
import type { Aws } from "./aws.ts";
import type { EcsSettings } from "./settings.ts";

/** What all operations of the platform share. */
export interface EcsDependencies {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly probe: HealthProbe;
  /** A new random secret for an environment. */
  readonly newSecret: () => string;
  /** Told every secret of an environment before anything is done with it. */
  readonly keepSecret: (value: string) => void;
  /** Takes secrets out of what an environment printed. */
  readonly redact: (text: string) => string;
  readonly config: EcsSettings;
}

/** How often a service is looked at while it changes: what the SDK's own waiter for services does. */
export const SERVICE_POLL_MS = 15_000;

/** How often tasks are looked at while they start: what the SDK's own waiter for tasks does. */
export const TASK_POLL_MS = 6000;

/** How long one health check may take, in milliseconds. */
export const PROBE_TIMEOUT_MS = 5000;
