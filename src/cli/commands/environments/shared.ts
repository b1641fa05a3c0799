/** Helpers that several commands share. */

import { readWithLabelFallback } from "../../../environments/app/show/label_fallback.ts";
import { describeRealEnvironment, type DryValues } from "../../../environments/app/sync/dry_rules.ts";
import type { AppSettings } from "../../../environments/app/run.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { LoadedConfig } from "../../../config/mod.ts";
import {
  type ObservedPull,
  type ObservePorts,
  observePull,
} from "../../../environments/app/observe/observe_pull.ts";
import { toError, usageError } from "../../../lib/errors.ts";
import { parseImageReference, splitImage } from "../../../lib/image/image_reference.ts";
import { type PrNumber, shortSha } from "../../../lib/ids.ts";
import { FIXED_LABELS, formatLabel, meantLabel } from "../../../environments/core/labels/mod.ts";
import { HOME_REPOSITORY } from "../../../environments/core/setup/mod.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { shown } from "../../read_arguments.ts";
import { makeDelimiter, renderOutputs } from "../../render/mod.ts";

/** The page about statuses and rules. */
export const RULES_PAGE = `https://github.com/${HOME_REPOSITORY}/blob/main/docs/rules.md`;

/** The next step if something could not be seen or done. */
export const FIND_OBSTACLE = '"showtime doctor" looks for what is in the way';

/**
 * Looks once, for commands that only show. If the platform does not answer, the result goes by the labels; `incomplete`
 * and a warning say so.
 */
export async function lookOnce(
  ports: ObservePorts & DryValues & { readonly terminal: Pick<Terminal, "warn"> },
  pr: PrNumber,
  signal: AbortSignal,
): Promise<{ readonly observed: ObservedPull; readonly incomplete: readonly string[] }> {
  const options = { request: undefined, sha: undefined, held: undefined, people: new Map() };
  const { result, incomplete } = await readOrLabels(
    ports,
    (seeing) => observePull(seeing, pr, options, signal),
    signal,
  );
  const real = describeRealEnvironment(ports, result.observation.allLabels);
  if (real !== undefined) ports.terminal.warn(real);
  return { observed: result, incomplete };
}

/** Reads with the platform, or from the labels alone, which a warning and `incomplete` say. */
export async function readOrLabels<Result>(
  ports: ObservePorts & { readonly terminal: Pick<Terminal, "warn"> },
  read: (ports: ObservePorts) => Promise<Result>,
  signal: AbortSignal,
): Promise<{ readonly result: Result; readonly incomplete: readonly string[] }> {
  const { result, unasked } = await readWithLabelFallback(ports, read, signal);
  if (unasked === undefined) return { result, incomplete: [] };
  const sentence = `The platform could not be asked, so this is what the labels say, unverified: ${unasked}`;
  ports.terminal.warn(sentence);
  return { result, incomplete: [sentence] };
}

/** Warns that a preset is used that the configuration does not name. */
export function warnOfPreset(env: CommandEnv, { assumed }: Pick<LoadedConfig, "assumed">): void {
  if (assumed !== undefined) env.terminal.warn(assumed);
}

/** Warns about labels that look like misspelt ones of Showtime. Nothing else reacts to them. */
export function askAboutLabels(env: CommandEnv, nearMisses: readonly string[] = []): void {
  for (const name of nearMisses) {
    const meant = meantLabel(name);
    if (meant === undefined) continue;
    const fill = meant.fill === undefined ? "" : ` (${meant.fill})`;
    env.terminal.warn(
      `The label "${stripControls(name)}" is not one of Showtime's and is ignored; ` +
        `did you mean "${meant.name}"${fill}?`,
    );
  }
}

/** Describes how to start an environment, as a sentence. */
export function howToStart(pr: PrNumber, { open = true }: { readonly open?: boolean } = {}): string {
  if (!open) {
    return `a closed pull request gets no environment; reopen it, then "showtime start ${pr}" brings one up`;
  }
  const start = FIXED_LABELS.find((label) => label.kind === "trigger" && label.trigger === "start");
  const label = start === undefined ? "" : `, or the label "${formatLabel(start)}",`;
  return `"showtime start ${pr}"${label} brings one up`;
}

/** Returns the image that the flags name, as a full reference. A bare tag is one of the configured repository. */
export function readGivenImage(
  env: CommandEnv,
  ports: { readonly settings: Pick<AppSettings, "imageOf"> },
): string | undefined {
  const { values } = env;
  const [image, docker] = [values.text("image-tag"), values.text("docker-tag")];
  if (image !== undefined && docker !== undefined && image !== docker) {
    throw usageError(
      "flags_conflict",
      "Reading the command line: --image-tag and --docker-tag mean the same and differ",
      "Give one of them",
    );
  }
  const given = image ?? docker;
  if (given === undefined) return undefined;
  // Only the repository of the image counts, and it is the same for every pull request and commit.
  const { repository } = splitImage(
    ports.settings.imageOf(1 as PrNumber, "0000000" as ReturnType<typeof shortSha>),
  );
  const reference = /[/:]/.test(given) ? given : `${repository}:${given}`;
  if (parseImageReference(reference) !== undefined) return reference;
  throw usageError(
    "image_malformed",
    `Reading --${image === undefined ? "docker" : "image"}-tag: "${shown(given)}" is no tag and no image`,
    "Give a tag (pr-1234-abc123f-ci) or an image with its tag (apache/superset:latest)",
  );
}

/** Writes outputs and a summary to the files of the workflow's runner, if there are any. */
export async function tellActions(
  env: CommandEnv,
  told: { readonly outputs: Readonly<Record<string, string>>; readonly summary?: string },
): Promise<void> {
  const outputs = env.variables["GITHUB_OUTPUT"];
  if (outputs) await append(env, { path: outputs, text: renderOutputs(told.outputs, makeDelimiter()) });
  const summary = env.variables["GITHUB_STEP_SUMMARY"];
  if (summary && told.summary !== undefined) await append(env, { path: summary, text: `${told.summary}\n` });
}

/** Appends to a file of the runner. If that fails, warns and prints the text on stdout: the command itself succeeded. */
async function append(
  env: CommandEnv,
  file: { readonly path: string; readonly text: string },
): Promise<void> {
  try {
    await (await (await env.wiring()).files()).append(file.path, file.text);
  } catch (error) {
    env.terminal.warn(`Writing "${file.path}" failed: ${toError(error).message}`);
    if (!env.flags.json) env.lines(file.text.trimEnd().split("\n"));
  }
}
