/** Checks for `doctor` whether the contexts of pull requests can be made and kept. */

import { type LoadedConfig, primaryKind, resolveContextSection } from "../../config/mod.ts";
import { parseContextId } from "../../contexts/core/context_id.ts";
import {
  ENVIRONMENT_EVENTS,
  ENVIRONMENT_PIPELINE,
} from "../../contexts/core/environments/environment_marks.ts";
import type { ContextSettings } from "../../contexts/core/settings.ts";
import { valueAt } from "../../contexts/core/tree/operations.ts";
import { isValueMap } from "../../contexts/core/tree/value.ts";
import type { Diagnosis } from "../../environments/ports/diagnosis.ts";
import type { Forge } from "../../environments/ports/forge.ts";
import { type Finding, foundError, foundOk, foundWrong } from "../../lib/finding.ts";
import type { PrNumber } from "../../lib/ids.ts";
import { nearest } from "../../lib/nearest.ts";
import type { Parts } from "../parts.ts";
import { baseAppFiles, makeEnvironmentTree } from "./environment_events.ts";
import { makeContextStore } from "./context_stores.ts";
import { readSecret } from "./make_context_tools.ts";

const NAME = "contexts";

/** An ID that no pull request has. */
const NONE = parseContextId("pr-0");

/** The configuration to look at, and where the base branch is read. */
interface Looking {
  readonly loaded: LoadedConfig;
  readonly pr: PrNumber | undefined;
  readonly forge: () => Promise<Pick<Forge, "readBaseFile">>;
}

/** Makes the check of the app file on the base branch, and of the store. */
export function makeContextsDiagnosis(parts: Parts, looking: Looking): Diagnosis {
  return {
    name: NAME,
    async diagnose(signal) {
      const { context, assets: { folder } } = looking.loaded;
      const settings = resolveContextSection(context, { folder, env: parts.host.env, readSecret });
      const findings: Finding[] = [];
      for (const look of [lookAtFiles, lookAtStore]) {
        try {
          findings.push(await look(parts, { ...looking, settings }, signal));
        } catch (error) {
          signal.throwIfAborted();
          findings.push(foundError(NAME, error));
        }
      }
      return findings;
    },
  };
}

type Place = Looking & { readonly settings: ContextSettings };

async function lookAtFiles(
  parts: Parts,
  { settings, forge, pr }: Place,
  signal: AbortSignal,
): Promise<Finding> {
  const { environments } = settings;
  if (environments === undefined) return foundOk(NAME, "pull requests have none");
  const appFiles = baseAppFiles(await forge(), { place: await parts.place(), pr }, signal);
  const tree = await makeEnvironmentTree(environments, { id: NONE, appFiles });
  const handlers = valueAt(tree, ["pipelines", ENVIRONMENT_PIPELINE, "event-handlers"]);
  const events = isValueMap(handlers) ? [...handlers.keys()] : [];
  const where = `${environments.app} on the base branch`;
  const unknown = events.find((event) => !ENVIRONMENT_EVENTS.includes(event));
  if (unknown !== undefined) {
    const meant = nearest(unknown, ENVIRONMENT_EVENTS);
    return foundWrong(NAME, `${where} has handlers for "${unknown}", which is never fired`, {
      status: "warning",
      fix: meant === undefined ? `The events are ${ENVIRONMENT_EVENTS.join(", ")}` : `Is "${meant}" meant?`,
    });
  }
  if (events.length === 0) {
    return foundWrong(NAME, `${where} has no handlers, so nothing is sent`, {
      status: "warning",
      fix: `Add pipelines.${ENVIRONMENT_PIPELINE}.event-handlers.running to it`,
    });
  }
  return foundOk(NAME, `${where} has handlers for ${events.join(", ")}`);
}

async function lookAtStore(
  parts: Parts,
  { settings, loaded }: Place,
  signal: AbortSignal,
): Promise<Finding> {
  const kind = primaryKind(loaded.context);
  if (kind !== "redis") {
    return foundWrong(NAME, `${kind} keeps them on this machine, which runs in Actions do not see`, {
      status: "warning",
      fix: "Make context.datasources.redis the primary before a workflow runs sync",
    });
  }
  const store = await makeContextStore(settings.primary, { clock: await parts.clock, keep: settings.keep });
  try {
    await store.read(NONE, signal);
    return foundOk(NAME, `${store.name} answers`);
  } finally {
    await store.close();
  }
}
