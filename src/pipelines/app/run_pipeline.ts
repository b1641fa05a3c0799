import type { BuildResult, StepResult } from "../core/build_result.ts";
import { gatherSecrets } from "../core/output/secrets_to_mask.ts";
import type { PipelineNode } from "../core/pipeline.ts";
import { partsOf, planRun } from "../core/plan_run.ts";
import { Build } from "./run/build.ts";
import { type Place, stepOf } from "./run/place.ts";
import { runNode } from "./run/run_node.ts";
import { Slots } from "./run/slots.ts";
import { stopWhenCancelled } from "./run/stop.ts";
import type { BuildPorts, BuildRequest } from "./run_request.ts";

/**
 * Runs a pipeline to its end, and reports each event. When `signal` aborts, running programs are ended, tear-downs run, and
 * the result is `cancelled`. A secret that a node names and that is missing fails the build before anything runs. Throws
 * AppError `step_unknown` (exit code 2) if no step has the path of `only`, and nothing else: what goes wrong in a step is in
 * the result.
 */
export async function runPipeline(
  ports: BuildPorts,
  request: BuildRequest,
  signal: AbortSignal,
): Promise<BuildResult> {
  const { pipeline, traceId, maxParallel } = request;
  const decide = planRun(pipeline.root, request);
  const secrets = gatherSecrets(request.secrets);
  const build = new Build({ ports, request, secrets, decide });
  const startedAt = build.now();
  build.emit({ kind: "build_started", pipeline: pipeline.root.name, traceId, at: startedAt });
  if (secrets.tooShort.length > 0) {
    build.warn(`secrets of fewer than 4 characters are not masked: ${secrets.tooShort.join(", ")}`);
  }
  const stop = stopWhenCancelled(signal);
  const missing = describeMissing(build);
  const place: Place = {
    build,
    parentId: undefined,
    part: undefined,
    folder: ports.workspace.root,
    env: request.env,
    secrets: build.showsAllSecrets ? Object.fromEntries(request.secrets) : {},
    stop: stop.signal,
    slots: maxParallel === undefined ? undefined : new Slots(maxParallel),
  };
  const root = missing === undefined
    ? await runNode(pipeline.root, place)
    : refuse(pipeline.root, place, missing);
  stop.release();
  const at = build.now();
  const result: BuildResult = {
    pipeline: pipeline.root.name,
    // A cancellation in the last tear-down changes no step, and still the build was cancelled.
    status: signal.aborted ? "cancelled" : root.status,
    traceId,
    startedAt,
    durationMs: Math.max(0, at - startedAt),
    warnings: build.warnings,
    root,
  };
  build.emit({ kind: "build_ended", result, at });
  return result;
}

/** Fails the root before anything runs. */
function refuse(root: PipelineNode, place: Place, reason: string): StepResult {
  const step = stepOf(root, place);
  const startedAt = place.build.start(step);
  return place.build.end(step, { status: "failed", reason, startedAt });
}

/** The most nodes that a message names. */
const MOST_NAMED = 5;

/** Says which secrets are missing and which nodes name them; undefined if no secret is missing. */
function describeMissing(build: Build): string | undefined {
  const missing = new Map<string, string[]>();
  const visit = (node: PipelineNode): void => {
    if (!build.decide(node).run) return;
    for (const name of node.secrets) {
      if (build.request.secrets.has(name)) continue;
      const paths = missing.get(name) ?? [];
      missing.set(name, paths);
      paths.push(node.path);
    }
    partsOf(node).forEach(visit);
  };
  visit(build.request.pipeline.root);
  if (missing.size === 0) return undefined;
  const parts = [...missing].map(([name, paths]) => {
    const more = paths.length > MOST_NAMED ? ` and ${paths.length - MOST_NAMED} more` : "";
    return `${name}, named by ${paths.slice(0, MOST_NAMED).join(", ")}${more}`;
  });
  return `${missing.size === 1 ? "a secret is missing" : "secrets are missing"}: ${parts.join("; ")}`;
}
