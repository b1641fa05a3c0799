/** Looks at everything a run needs. What is wrong is an answer with a remedy, not an error. */

import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { Diagnosis } from "../../ports/diagnosis.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Platform } from "../../ports/platform.ts";
import { diagnoseGithub } from "./doctor_github.ts";
import { migrationFinding } from "./doctor_migration.ts";

/** Where the doctor looks; each part is made when it is looked at, and may fail to be made. */
export interface DoctorParts {
  /** Throws where what the platform needs is missing, too. */
  readonly config: () => Promise<{
    readonly platform: string;
    readonly sources: readonly string[];
    /** What is to be said where a preset is used that nobody asked for. */
    readonly assumed?: string | undefined;
  }>;
  readonly forge: () => Promise<{ readonly forge: Forge; readonly repo: string }>;
  /** What looks at engine, registry and cloud; only made of a configuration that is right. */
  readonly diagnoses: () => Promise<readonly Diagnosis[]>;
  readonly platform: () => Promise<Platform>;
  /** This machine's time, milliseconds since 1970. */
  readonly now: () => number;
}

/** Looks at everything, whatever is wrong with the rest. */
export async function runDoctor(parts: DoctorParts, signal: AbortSignal): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const configured = await looked("configuration", async () => {
    const { platform, sources, assumed } = await parts.config();
    if (assumed !== undefined) {
      const fix = 'Run "showtime init" in a clone, and merge what it writes';
      return [foundWrong("configuration", assumed, { status: "warning", fix })];
    }
    return [foundOk("configuration", `platform ${platform}, from ${sources.join(", ")}`)];
  }, signal);
  findings.push(...configured.flatMap(separate));
  const github = await diagnoseGithub(parts, signal);
  findings.push(...github.findings);
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
  // A platform that cannot be asked has been spoken of: its reasons stand above.
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

/** What was found; a failure to look is a finding too. */
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

/** A failure of several lines, a heading and a problem in each, as one for each problem. */
function separate(finding: Finding): readonly Finding[] {
  const [, ...problems] = finding.detail.split("\n");
  if (problems.length === 0) return [finding];
  return problems.map((problem) => ({ ...finding, detail: problem.trim() }));
}
