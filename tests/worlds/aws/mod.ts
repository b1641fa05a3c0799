/**
 * An AWS for tests: moto behind a relay that adds what moto lacks, and a scheduler that plays Fargate, with real
 * containers or with servers in this process. The product reaches it through the SDK alone, by the variables of
 * {@link AwsWorld.env}.
 *
 * A test file starts one moto ({@link motoForFile}), and each test makes a world ({@link makeAwsWorld}) or, for the
 * platform's contract, a harness ({@link makeEcsHarness}). Worlds share nothing but the server.
 *
 * What must not happen here: an answer that ECS would not give, knowledge of Showtime's tags and names (but in
 * `harness.ts`), state between worlds. Start with `README.md`.
 *
 * @module
 */

export type { Call } from "./call_log.ts";
export { type Clients, makeClients } from "./clients.ts";
export { containerRunner } from "./tasks/container_runner.ts";
export type { FargateDelays } from "./tasks/fargate.ts";
export type { Fault, FaultKind } from "./faults.ts";
export { ecsConfigFor, type EcsHarness, makeEcsHarness, type MakeEcsHarnessOptions } from "./harness.ts";
export { enforceIam, type Moto, motoForFile, startMoto } from "./moto.ts";
export { idleRunner, plainRunner } from "./tasks/plain_runner.ts";
export { makeScaledClock } from "./scaled_clock.ts";
export type { ScriptedFailure } from "./tasks/scripted_failures.ts";
export { poll, Stage } from "./stage.ts";
export type { TaskRunner } from "./tasks/task_runner.ts";
export { type Env, useEnv, withEnv } from "./with_env.ts";
export { type AwsWorld, type AwsWorldOptions, makeAwsWorld } from "./world.ts";
