/** Checks whether the workflows can write the commit status, and whether branch protection waits for it. */

import { type Finding, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { Diagnosis } from "../../ports/diagnosis.ts";
import { STATUS_CONTEXT } from "../../core/news/mod.ts";
import type { ForgeReader } from "../../ports/forge.ts";

const NAME = "commit status";
const FOLDER = ".github/workflows/";
const [MAIN, REQUEST, CLEANUP] = ["showtime.yml", "showtime-request.yml", "showtime-cleanup.yml"].map((
  name,
) => FOLDER + name) as [string, string, string];

/** Makes the check of the default branch, for a configuration with `status.enabled`. */
export function makeStatusDiagnosis(
  { forge, required }: {
    readonly forge: () => Promise<Pick<ForgeReader, "readBaseFiles" | "requiredChecks">>;
    readonly required: boolean;
  },
): Diagnosis {
  return {
    name: NAME,
    async diagnose(signal) {
      const github = await forge();
      const files = await github.readBaseFiles([MAIN, REQUEST, CLEANUP], { pr: undefined }, signal);
      const checks = await github.requiredChecks(signal);
      return [
        ...rightsFindings(files),
        ...(required ? eventFindings(files) : []),
        ...protectionFindings(checks, { required }),
      ];
    },
  };
}

function rightsFindings(files: ReadonlyMap<string, string>): readonly Finding[] {
  const working = [MAIN, CLEANUP].filter((path) => files.has(path));
  if (working.length === 0) {
    return [
      foundOk(
        NAME,
        "the workflows of `showtime init` are not here: their job's permissions are not looked at",
      ),
    ];
  }
  const lacking = working.filter((path) =>
    !/^\s*(?:statuses:\s*write\b|permissions:\s*write-all\b)/m.test(files.get(path) ?? "")
  );
  if (lacking.length === 0) return [foundOk(NAME, "the workflows may write it")];
  return [
    foundWrong(NAME, `${lacking.join(" and ")}: no job has "statuses: write", so GitHub refuses the status`, {
      status: "warning",
      fix: 'Add "statuses: write" to the permissions of the job, and merge that',
    }),
  ];
}

/** A status that every head needs is due when a pull request is opened. The first stage has the events if there are two. */
function eventFindings(files: ReadonlyMap<string, string>): readonly Finding[] {
  const path = files.has(REQUEST) ? REQUEST : MAIN;
  const text = files.get(path);
  if (text === undefined || /^\s*(?:types:.*[[\s,]|-\s*)opened\b/m.test(text)) return [];
  return [
    foundWrong(
      NAME,
      `${path} does not run when a pull request is opened, and branch protection waits for the status`,
      {
        status: "warning",
        fix: "Add opened and reopened to the types of pull_request, and merge that",
      },
    ),
  ];
}

function protectionFindings(
  checks: readonly string[] | undefined,
  { required }: { readonly required: boolean },
): readonly Finding[] {
  if (required || checks?.includes(STATUS_CONTEXT) !== true) return [];
  return [
    foundWrong(
      NAME,
      `the default branch requires the check "${STATUS_CONTEXT}", and a commit without a preview has none: it cannot be merged`,
      {
        fix: "Set status.required: true, or do not require the check",
      },
    ),
  ];
}
