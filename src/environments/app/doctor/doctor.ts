/** Checks everything that a run needs. A problem is a finding with a remedy, not an error. */

import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { Diagnosis } from "../../ports/diagnosis.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Platform } from "../../ports/platform.ts";
import { diagnoseGithub } from "./doctor_github.ts";
import { findOldWorkflows } from "./old_workflows.ts";
import { pricesFinding } from "./doctor_limits.ts";
import { migrationFinding } from "./doctor_migration.ts";

/** The parts that the doctor checks. Each part is made when it is checked, and making it may fail. */
export interface DoctorParts {
  /** Reads the configuration. Also throws if a setting that the platform needs is missing. */
  readonly config: () => Promise<{
    readonly platform: string;
    readonly sources: readonly string[];
    /** The message to show if a preset applies that the configuration does not name. */
    readonly assumed?: string | undefined;
    /** Why the cost of environments is not known although it is to be shown; undefined if it is, or is not shown. */
    readonly unpriced?: string | undefined;
  }>;
  readonly forge: () => Promise<{ readonly forge: Forge; readonly repo: string }>;
  /** Makes the checks of engine, registry and cloud; called only if the configuration is valid. */
  readonly diagnoses: () => Promise<readonly Diagnosis[]>;
  readonly platform: () => Promise<Platform>;
  /** This machine's time, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Checks every part, even if other parts have problems. */
export async function runDoctor(parts: DoctorParts, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const configured = await looked("configuration", async () => {
    const { platform, sources, assumed, unpriced } = await parts.config();
    if (assumed !== undefined) {
      const fix = 'Run "showtime init" in a clone, and merge what it writes';
      return [foundWrong("configuration", assumed, { status: "warning", fix })];
    }
    return [
      foundOk("configuration", `platform ${platform}, from ${sources.join(", ")}`),
      ...pricesFinding(unpriced),
    ];
  }, signal);
  findings.push(...configured.flatMap(separate));
  const github = await diagnoseGithub(parts, signal);
  findings.push(...github.findings);
  // If GitHub cannot be asked, the findings above say so.
  if (github.repo !== undefined) {
    findings.push(
      ...await looked(
        "old workflows",
        async () => await findOldWorkflows((await parts.forge()).forge, signal),
        signal,
      ),
    );
  }
  if (configured.some(({ status }) => status === "failure")) return findings;
  const around = await diagnoseAround(parts, signal);
  findings.push(...around);
  const { repo } = github;
  if (repo === undefined) return findings;
  const seen = await looked("platform", async () => {
    const place = await parts.platform();
    const environments = await place.list({ repo }, signal);
    return [
      foundOk("platform", `${place.kind} answers; ${countOf(environments.length)} of ${repo} there`),
      ...migrationFinding(github.definitions, environments),
    ];
  }, signal);
  // A platform that does not answer was already reported: the findings above give the reason.
  const failed = (some: readonly Finding[]) => some.some(({ status }) => status === "failure");
  if (!failed(seen) || !failed(around)) findings.push(...seen);
  return findings;
}

function countOf(environments: number): string {
  return environments === 1 ? "1 environment" : `${environments} environments`;
}

async function diagnoseAround(parts: DoctorParts, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const made = await looked("platform", async () => {
    for (const diagnosis of await parts.diagnoses()) {
      findings.push(...await looked(diagnosis.name, () => diagnosis.diagnose(signal), signal));
    }
    return [];
  }, signal);
  return [...findings, ...made];
}

/** Runs one check and returns its findings; a check that fails becomes a finding too. */
async function looked(
  name: string,
  act: () => Promise<readonly Finding[]>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    return await act();
  } catch (error) {
    signal.throwIfAborted();
    return [foundError(name, error)];
  }
}

/** Splits a failure of several lines, a heading and one problem per line, into one finding per problem. */
function separate(finding: Finding): readonly Finding[] {
  const [, ...problems] = finding.detail.split("\n");
  if (problems.length === 0) return [finding];
  return problems.map((problem) => ({ ...finding, detail: problem.trim() }));
}
