import type { Clock } from "../../ports/clock.ts";
import type { HealthProbe } from "../../ports/health.ts";
import type { Aws } from "./aws.ts";
import type { EcsSettings } from "./settings.ts";

/** The clients, settings and functions that every operation of the ECS platform uses. */
export interface EcsDependencies {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly probe: HealthProbe;
  /** Returns a new random secret for an environment. */
  readonly newSecret: () => string;
  /** Receives every secret of an environment before the secret is used. */
  readonly keepSecret: (value: string) => void;
  /** Removes secrets from the output of an environment. */
  readonly redact: (text: string) => string;
  readonly config: EcsSettings;
}

/**
 * How often a changing service is described, in milliseconds: the interval of the SDK's waiter for services.
 */
export const SERVICE_POLL_MS = 15_000;

/** How often starting tasks are described, in milliseconds: the interval of the SDK's waiter for tasks. */
export const TASK_POLL_MS = 6000;

/** How long a line of a container takes to arrive in CloudWatch, in milliseconds. */
export const LOG_DELAY_MS = 5000;

/** How long one health check may take, in milliseconds. */
export const PROBE_TIMEOUT_MS = 5000;
