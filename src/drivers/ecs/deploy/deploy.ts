import type { ContainerDefinition, NetworkConfiguration, Service } from "@aws-sdk/client-ecs";
import { dueAfterStart } from "../../../environments/core/environment/hooks.ts";
import { formatServiceName } from "../../../environments/core/environment/names.ts";
import { hiddenValues, readSecret } from "../../../environments/core/environment/variables.ts";
import { AppError } from "../../../lib/errors.ts";
import { type ServiceName, shortSha } from "../../../lib/ids.ts";
import type { Deployed, DeployEvents, DeploySpec } from "../../../environments/ports/platform.ts";
import type { EcsSettings } from "../settings.ts";
import { waitInactive } from "./destroy.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { AFTER_START } from "../hooks/hook_container.ts";
import { waitAfterStart } from "../hooks/wait_after_start.ts";
import { readTags, tagList } from "../sdk/shapes.ts";
import { finishRoute, undoRoute } from "../route/finish_route.ts";
import { openRoute, type Route } from "../route/open_route.ts";
import { assertTouchable, deploymentOf, revisionOf, sameRevision } from "../service_view.ts";
import {
  awakeTags,
  deployedTags,
  HOOK_TAG,
  identityTags,
  isHookPending,
  LISTENER_TAG,
  NOT_SETTLED,
  SETTLED_TAG,
} from "../tags.ts";
import { sizeOf, taskDefinition } from "./task_definition.ts";
import { readVariables } from "./variables.ts";
import { waitServing } from "./wait_serving.ts";

/** The time limit for rolling back a failed deployment, in milliseconds. */
const ROLLBACK_TIMEOUT_MS = 30_000;
/**
 * The time limit for the rollback of an aborted run, in milliseconds: a person waits for the process to end.
 */
const HASTY_ROLLBACK_TIMEOUT_MS = 3000;

/** The first revision of a family. ECS never reuses a revision number. */
const FIRST = "1";

/** A deployment to perform. */
export interface DeployRequest extends DeployEvents {
  readonly spec: DeploySpec;
}

/** Deploys an environment: creates its service, or updates the service if it exists. */
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
  if (found?.status === "ACTIVE" && isHookPending(readTags(found.tags))) {
    found = await removeUnfinished(deps, { ...request, service: found, name }, signal);
  }
  const old = found?.status === "ACTIVE" ? found : undefined;
  if (old !== undefined) assertTouchable(old, { ...spec, action });
  const kept = await readVariables(deps, old?.taskDefinition, signal);
  const secret = readSecret(kept, deps.config.variables) ?? deps.newSecret();
  // A container that fails to start may print its secrets, and the end of its log goes into a public comment.
  for (const value of new Set([...hiddenValues(kept, deps.config.variables), secret])) {
    deps.keepSecret(value);
  }
  onProgress(`Registering the task definition of ${name}`);
  const afterStart = dueAfterStart(deps.config.hooks, { inPlace: old !== undefined });
  const input = taskDefinition(spec, { config: deps.config, secret, afterStart });
  const definition = await ecs.definitions.register(input, signal);
  const hook = input.containerDefinitions?.find((each) => each.name === AFTER_START);
  const made: Made = { name, definition, old, hook };
  let created = false;
  let route: Route | undefined;
  try {
    // Without a load balancer in the settings, a service keeps the target group that it has.
    route = await openRoute(deps, { spec, current: old?.loadBalancers?.[0]?.targetGroupArn }, signal);
    if (old === undefined) {
      await create(deps, { request, made, route }, signal);
      created = true;
    } else await update(deps, { request, made, old, route }, signal);
    const address = await waitServing(
      deps,
      {
        ...spec,
        service: name,
        definition,
        inPlace: old !== undefined,
        checked: input.containerDefinitions?.some(({ healthCheck }) => healthCheck !== undefined) === true,
        group: route === undefined || (old !== undefined && route.serves) ? undefined : route.group,
        onProgress,
      },
      signal,
    );
    if (hook !== undefined) await finishHook(deps, { request, made, hook }, signal);
    const warning = route === undefined ? undefined : await finishRoute(deps, { route, spec, name }, signal);
    // An update is finished after people have been sent to the new task. ECS stops the old task by itself.
    return {
      address,
      unsettled: old !== undefined || !isFirst(definition),
      ...(warning === undefined ? {} : { warning }),
    };
  } catch (error) {
    await rollBack(deps, { spec, made, created, route, failure: error, hasty: signal.aborted });
    throw error;
  }
}

/** The parts of a deployment that are rolled back if it fails. */
interface Made {
  readonly name: ServiceName;
  /** The revision's ARN. */
  readonly definition: string;
  /** The service before the deployment; undefined if it did not exist. */
  readonly old: Service | undefined;
  /** The container of the hook `after_start`; undefined if none is due. */
  readonly hook: ContainerDefinition | undefined;
}

async function create(
  deps: EcsDependencies,
  { request, made, route }: {
    readonly request: DeployRequest;
    readonly made: Made;
    readonly route: Route | undefined;
  },
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
    ...balancedBy(config, route),
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
      ...(made.hook === undefined ? {} : { [HOOK_TAG]: "pending" }),
      ...(route === undefined ? {} : { [LISTENER_TAG]: route.listener }),
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

/**
 * Removes a service whose hook a run that died did not see to its end. It has served nobody, and its command must not
 * run beside that of the service which takes its place.
 */
async function removeUnfinished(
  deps: EcsDependencies,
  of: DeployRequest & { readonly service: Service; readonly name: ServiceName },
  signal: AbortSignal,
): Promise<Service | undefined> {
  const { service, name, spec, onProgress } = of;
  assertTouchable(service, { ...spec, action: `Replacing "${name}"` });
  await (await deps.aws.ecs).deleteService(name, signal);
  return await waitInactive(deps, { service: name, removed: service, onProgress }, signal);
}

/** Waits for the end of `after_start`, and records on a new service that people may be sent to it. */
async function finishHook(
  deps: EcsDependencies,
  { request, made, hook }: {
    readonly request: DeployRequest;
    readonly made: Made;
    readonly hook: ContainerDefinition;
  },
  signal: AbortSignal,
): Promise<void> {
  const { name, definition, old } = made;
  const ecs = await deps.aws.ecs;
  if (old !== undefined) {
    await request.onGap?.(
      `The hook after_start runs in the new task of ${name}: ECS stops the old task meanwhile, and nothing answers at ` +
        "its address until the hook has ended",
    );
  }
  const timeoutMs = deps.config.hooks?.timeoutMs ?? 0;
  await waitAfterStart(
    deps,
    { service: name, definition, container: hook, timeoutMs, events: request },
    signal,
  );
  if (old !== undefined) return;
  // A run that was delayed must not write over a newer run's service.
  const now = await ecs.service(name, signal);
  if (now?.status !== "ACTIVE") {
    throw new AppError("unhealthy", `Finishing "${name}": the service was removed in the meantime`, {
      hint: "Start the environment again",
    });
  }
  assertTouchable(now, { ...request.spec, action: `Finishing "${name}"` });
  await ecs.tag(now.serviceArn ?? name, { tags: { [HOOK_TAG]: "done" } }, signal);
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof AppError && error.code === "already_there";
}

async function update(
  deps: EcsDependencies,
  { request, made, old, route }: {
    readonly request: DeployRequest;
    readonly made: Made;
    readonly old: Service;
    readonly route: Route | undefined;
  },
  signal: AbortSignal,
): Promise<void> {
  const ecs = await deps.aws.ecs;
  const action = `Updating the service "${made.name}"`;
  request.onProgress(`Updating the service ${made.name}`);
  // A run that was delayed since its first look must not undo the changes of a newer run.
  const now = await ecs.service(made.name, signal);
  if (now?.status === "ACTIVE") assertTouchable(now, { ...request.spec, action });
  // The epoch is tagged first: from here on, no run with an older lock changes the service. The tags that
  // record the deployment follow in settle().
  const tags = {
    ...identityTags(request.spec),
    ...awakeTags(readTags(now?.tags), { at: deps.clock.now(), createdAt: request.spec.createdAt }),
    [SETTLED_TAG]: NOT_SETTLED,
    ...(route === undefined ? {} : { [LISTENER_TAG]: route.listener }),
  };
  const joined = old.loadBalancers?.some(({ targetGroupArn }) => targetGroupArn === route?.group) === true;
  await ecs.tag(old.serviceArn ?? made.name, { tags }, signal);
  await ecs.updateService({
    service: made.name,
    taskDefinition: made.definition,
    // The configuration may have changed since the service was created.
    networkConfiguration: networkOf(deps.config),
    ...(joined ? {} : balancedBy(deps.config, route)),
  }, signal);
}

/** Returns the target group that ECS registers the tasks in; nothing without a load balancer. */
function balancedBy({ container, port, health }: EcsSettings, route: Route | undefined) {
  if (route === undefined) return {};
  return {
    loadBalancers: [{ targetGroupArn: route.group, containerName: container, containerPort: port }],
    // Without it, ECS stops a task at its first failed check.
    healthCheckGracePeriodSeconds: Math.ceil(health.timeoutMs / 1000),
  };
}

/** Returns the configured network of the tasks. */
function networkOf(config: EcsSettings): NetworkConfiguration {
  return {
    awsvpcConfiguration: {
      subnets: [...config.subnets],
      securityGroups: [...config.securityGroups],
      assignPublicIp: config.assignPublicIp ? "ENABLED" : "DISABLED",
    },
  };
}

/**
 * Whether a revision is the first of its family. Beside a later one, revisions of runs that died may exist.
 */
function isFirst(definition: string): boolean {
  return String(revisionOf(definition)) === FIRST;
}

/**
 * Returns the token that identifies a creation, so that sending it twice creates one service; ECS allows 36
 * characters.
 */
export function clientToken(spec: DeploySpec): string {
  return `st-${spec.pr}-${shortSha(spec.sha)}-${spec.epoch.toString(36)}`;
}

/**
 * Rolls back a failed deployment. Failures of AWS during the rollback do not replace the deployment's own.
 */
async function rollBack(
  deps: EcsDependencies,
  { spec, made, created, route, failure, hasty }: {
    readonly spec: DeploySpec;
    readonly made: Made;
    readonly created: boolean;
    readonly route: Route | undefined;
    readonly failure: unknown;
    readonly hasty: boolean;
  },
): Promise<void> {
  // Another run has created or changed the service since, and that run cleans up.
  const theirs = isAlreadyThere(failure) || (failure instanceof AppError && failure.code === "stale_epoch");
  // The caller's signal may have aborted the deployment, so the rollback has a signal of its own.
  const signal = AbortSignal.timeout(hasty ? HASTY_ROLLBACK_TIMEOUT_MS : ROLLBACK_TIMEOUT_MS);
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
    // DescribeServices may not show a service that was created a moment ago.
    if (created && !theirs && (now === undefined || now.status === "INACTIVE")) {
      await ecs.deleteService(made.name, signal);
    }
    if (!theirs && made.old === undefined) {
      await undoRoute(deps, { spec, name: made.name, route, hasty }, signal);
    }
    // The other run may still roll back to this revision.
    if (theirs && now !== undefined && deploymentOf(now, made.definition) !== undefined) return;
    await ecs.definitions.remove([made.definition], signal);
    if (theirs || now?.status !== "ACTIVE") return;
    // The service is as it was before, so its tag gets its old value.
    const settled = readTags(made.old?.tags)[SETTLED_TAG];
    if (settled !== undefined && readTags(now.tags)[SETTLED_TAG] !== settled) {
      await ecs.tag(now.serviceArn ?? made.name, { tags: { [SETTLED_TAG]: settled } }, signal);
    }
  } catch (error) {
    if (!(error instanceof AppError) && !signal.aborted) throw error;
    // Any leftovers carry Showtime's tags: the next run or a cleanup finds them.
  }
}
