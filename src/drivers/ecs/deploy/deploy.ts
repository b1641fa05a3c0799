import type { NetworkConfiguration, Service } from "@aws-sdk/client-ecs";
import { formatServiceName } from "../../../environments/core/environment/names.ts";
import { hiddenValues, readSecret } from "../../../environments/core/environment/variables.ts";
import { AppError } from "../../../lib/errors.ts";
import { type ServiceName, shortSha } from "../../../lib/ids.ts";
import type { Deployed, DeploySpec } from "../../../environments/ports/platform.ts";
import type { EcsSettings } from "../settings.ts";
import { waitInactive } from "./destroy.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { readTags, tagList } from "../sdk/shapes.ts";
import { assertTouchable, deploymentOf, revisionOf, sameRevision } from "../service_view.ts";
import { deployedTags, identityTags, NOT_SETTLED, SETTLED_TAG } from "../tags.ts";
import { sizeOf, taskDefinition } from "./task_definition.ts";
import { readVariables } from "./variables.ts";
import { waitServing } from "./wait_serving.ts";

/** How long what a failed deployment left may take to be removed, in milliseconds. */
const TIDY_TIMEOUT_MS = 30_000;
/** The same where somebody waits for the process to end. */
const HASTY_TIMEOUT_MS = 3000;

/** The first revision of a family; the number never comes again. */
const FIRST = "1";

/** What one deployment is about. */
export interface DeployRequest {
  readonly spec: DeploySpec;
  readonly onProgress: (text: string) => void;
}

/** Brings an environment up as a service of its own, or updates the service that is there. */
export async function deploy(
  deps: EcsDependencies,
  request: DeployRequest,
  signal: AbortSignal,
): Promise<Deployed> {
  const { spec, onProgress } = request;
  sizeOf(deps.config, spec.settings.size);
  const ecs = await deps.aws.ecs;
  const name = formatServiceName(spec.pr, shortSha(spec.sha));
  const action = `Deploying "${name}"`;
  let found = await ecs.service(name, signal);
  if (found?.status === "DRAINING") found = await waitInactive(deps, { service: name, onProgress }, signal);
  const old = found?.status === "ACTIVE" ? found : undefined;
  if (old !== undefined) assertTouchable(old, { ...spec, action });
  const kept = await readVariables(deps, old?.taskDefinition, signal);
  const secret = readSecret(kept, deps.config.variables) ?? deps.newSecret();
  // What fails to start may print them, and its last words end up in a public comment.
  for (const value of new Set([...hiddenValues(kept, deps.config.variables), secret])) {
    deps.keepSecret(value);
  }
  onProgress(`Registering the task definition of ${name}`);
  const input = taskDefinition(spec, { config: deps.config, secret });
  const definition = await ecs.definitions.register(input, signal);
  const made: Made = { name, definition, old };
  let created = false;
  try {
    if (old === undefined) {
      await create(deps, { request, made }, signal);
      created = true;
    } else await update(deps, { request, made, old }, signal);
    const address = await waitServing(
      deps,
      {
        ...spec,
        service: name,
        definition,
        inPlace: old !== undefined,
        checked: input.containerDefinitions?.some(({ healthCheck }) => healthCheck !== undefined) === true,
        onProgress,
      },
      signal,
    );
    // An update is finished once people have been sent to the new task: the old one goes without being told to.
    return { address, service: name, unsettled: old !== undefined || !isFirst(definition) };
  } catch (error) {
    await removeHalfMade(deps, { spec, made, created, failure: error, hasty: signal.aborted });
    throw error;
  }
}

/** What a deployment has to take back where it fails. */
interface Made {
  readonly name: ServiceName;
  /** The revision's ARN. */
  readonly definition: string;
  /** The service as it was; undefined where there was none. */
  readonly old: Service | undefined;
}

async function create(
  deps: EcsDependencies,
  { request, made }: { readonly request: DeployRequest; readonly made: Made },
  signal: AbortSignal,
): Promise<void> {
  const { spec, onProgress } = request;
  const { config } = deps;
  const ecs = await deps.aws.ecs;
  onProgress(`Creating the service ${made.name}`);
  await ecs.createService({
    serviceName: made.name,
    taskDefinition: made.definition,
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: networkOf(config),
    deploymentConfiguration: {
      deploymentCircuitBreaker: { enable: true, rollback: true },
      minimumHealthyPercent: 100,
      maximumPercent: 200,
    },
    propagateTags: "SERVICE",
    enableECSManagedTags: true,
    clientToken: clientToken(spec),
    tags: tagList({
      ...identityTags(spec),
      ...deployedTags(spec),
      [SETTLED_TAG]: isFirst(made.definition) ? FIRST : NOT_SETTLED,
    }),
  }, signal).catch(async (error) => {
    if (isAlreadyThere(error)) {
      const there = await ecs.service(made.name, signal);
      if (there?.status === "ACTIVE") {
        assertTouchable(there, { ...spec, action: `Creating the service "${made.name}"` });
      }
    }
    throw error;
  });
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof AppError && error.code === "already_there";
}

async function update(
  deps: EcsDependencies,
  { request, made, old }: { readonly request: DeployRequest; readonly made: Made; readonly old: Service },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await deps.aws.ecs;
  const action = `Updating the service "${made.name}"`;
  request.onProgress(`Updating the service ${made.name}`);
  // A run that was held up since it first looked must not undo what a newer one did meanwhile.
  const now = await ecs.service(made.name, signal);
  if (now?.status === "ACTIVE") assertTouchable(now, { ...request.spec, action });
  // The epoch first: from here on no run with an older lock changes it. What was deployed is tagged once it is settled.
  const tags = { ...identityTags(request.spec), [SETTLED_TAG]: NOT_SETTLED };
  await ecs.tag(old.serviceArn ?? made.name, { tags }, signal);
  await ecs.updateService({
    service: made.name,
    taskDefinition: made.definition,
    // As it is configured now, which may be other than when the service was made.
    networkConfiguration: networkOf(deps.config),
  }, signal);
}

/** Where tasks are put, by configuration. */
function networkOf(config: EcsSettings): NetworkConfiguration {
  return {
    awsvpcConfiguration: {
      subnets: [...config.subnets],
      securityGroups: [...config.securityGroups],
      assignPublicIp: config.assignPublicIp ? "ENABLED" : "DISABLED",
    },
  };
}

/** Of the first revision of a family there is no other: a later one may stand beside what a run registered that died. */
function isFirst(definition: string): boolean {
  return String(revisionOf(definition)) === FIRST;
}

/** Identifies a creation, so that one that is sent twice makes one service; at most 36 characters. */
export function clientToken(spec: DeploySpec): string {
  return `st-${spec.pr}-${shortSha(spec.sha)}-${spec.epoch.toString(36)}`;
}

/** Takes back what a deployment made; never hides the failure itself. */
async function removeHalfMade(
  deps: EcsDependencies,
  { spec, made, created, failure, hasty }: {
    readonly spec: DeploySpec;
    readonly made: Made;
    readonly created: boolean;
    readonly failure: unknown;
    readonly hasty: boolean;
  },
): Promise<void> {
  // Another run has made or changed the service since: it is that run's to tidy.
  const theirs = isAlreadyThere(failure) || (failure instanceof AppError && failure.code === "stale_epoch");
  // The caller's signal may be what ended the deployment: the removal has one of its own.
  const signal = AbortSignal.timeout(hasty ? HASTY_TIMEOUT_MS : TIDY_TIMEOUT_MS);
  try {
    const ecs = await deps.aws.ecs;
    const now = await ecs.service(made.name, signal);
    if (now?.status === "ACTIVE" && !theirs) {
      assertTouchable(now, { ...spec, action: `Tidying "${made.name}"` });
      const before = made.old?.taskDefinition;
      if (before === undefined) await ecs.deleteService(made.name, signal);
      else if (!sameRevision(now.taskDefinition, before)) {
        await ecs.updateService({
          service: made.name,
          taskDefinition: before,
          networkConfiguration: made.old?.networkConfiguration,
        }, signal);
      }
    }
    // It was made a moment ago, and is not seen yet.
    if (created && !theirs && (now === undefined || now.status === "INACTIVE")) {
      await ecs.deleteService(made.name, signal);
    }
    // That run may still go back to what it found.
    if (theirs && now !== undefined && deploymentOf(now, made.definition) !== undefined) return;
    await ecs.definitions.remove([made.definition], signal);
    if (theirs || now?.status !== "ACTIVE") return;
    // All is as it was.
    const settled = readTags(made.old?.tags)[SETTLED_TAG];
    if (settled !== undefined && readTags(now.tags)[SETTLED_TAG] !== settled) {
      await ecs.tag(now.serviceArn ?? made.name, { tags: { [SETTLED_TAG]: settled } }, signal);
    }
  } catch (error) {
    if (!(error instanceof AppError) && !signal.aborted) throw error;
    // What is left carries our tags: the next run, or a cleanup, finds it.
  }
}
