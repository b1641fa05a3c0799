/** Looks at everything a run needs. What is wrong is an answer with a remedy, not an error. */

import { AppError, toError } from "../core/errors.ts";
import { FIXED_LABELS, formatLabel, sameLabelName } from "../core/labels/mod.ts";
import { mayCauseBuild } from "../core/plan/mod.ts";
import type { Forge } from "../ports/forge.ts";
import type { Platform } from "../ports/platform.ts";
import type { Shell } from "../ports/shell.ts";

/** One thing that was looked at. */
export interface DoctorCheck {
  readonly name: string;
  readonly status: "ok" | "warning" | "failure";
  /** What was found, as a sentence. */
  readonly detail: string;
  /** How to mend it; undefined where nothing is to be mended. */
  readonly fix: string | undefined;
}

/** Where the doctor looks; each part is made when it is looked at, and may fail to be made. */
export interface DoctorParts {
  readonly config: () => Promise<{ readonly platform: string; readonly sources: readonly string[] }>;
  readonly forge: () => Promise<{ readonly forge: Forge; readonly repo: string }>;
  readonly platform: () => Promise<Platform>;
  readonly shell: () => Promise<Shell>;
  /** This machine's time, milliseconds since 1970. */
  readonly now: () => number;
}

/** A clock that is off by more than this, in milliseconds, makes leases and expiry hard to read for people. */
const CLOCK_TOLERANCE_MS = 30_000;

/** Runs every check, whatever the others say. */
export async function runDoctor(parts: DoctorParts, signal: AbortSignal): Promise<readonly DoctorCheck[]> {
  const checks = [
    ...separate(
      await look("configuration", async () => {
        const { platform, sources } = await parts.config();
        return ok("configuration", `platform ${platform}, from ${sources.join(", ")}`);
      }),
    ),
    ...await lookAtGithub(parts, signal),
    ...await lookAtEngine(parts, signal),
  ];
  return checks;
}

function ok(name: string, detail: string): DoctorCheck {
  return { name, status: "ok", detail, fix: undefined };
}

async function look(name: string, act: () => Promise<DoctorCheck>): Promise<DoctorCheck> {
  try {
    return await act();
  } catch (error) {
    const failure = toError(error);
    const hint = "hint" in failure && typeof failure.hint === "string" ? failure.hint : undefined;
    return { name, status: "failure", detail: failure.message, fix: hint };
  }
}

/** A failure of several lines, a heading and a problem in each, as one check for each problem. */
function separate(check: DoctorCheck): readonly DoctorCheck[] {
  const [, ...problems] = check.detail.split("\n");
  if (problems.length === 0) return [check];
  return problems.map((problem, index) => ({
    ...check,
    detail: problem.trim(),
    fix: index === problems.length - 1 ? check.fix : undefined,
  }));
}

async function lookAtGithub(parts: DoctorParts, signal: AbortSignal): Promise<readonly DoctorCheck[]> {
  let login: string | undefined;
  const token = await look("token", async () => {
    const { forge } = await parts.forge();
    login = (await forge.viewer(signal))?.login;
    return login === undefined
      ? {
        name: "token",
        status: "warning",
        detail: "GitHub does not tell whose token it is",
        fix: "Outside of Actions use a token of a person",
      }
      : ok("token", `it is ${login}'s`);
  });
  if (token.status === "failure") return [token];
  const absent = await lookForRepository(parts, signal);
  if (absent !== undefined) return [token, absent];
  const permission = await look("permission", async () => {
    const { forge, repo } = await parts.forge();
    if (login === undefined) {
      return { name: "permission", status: "warning", detail: "nobody to ask about", fix: undefined };
    }
    const answer = (await forge.permissions([login], signal)).get(login);
    if (mayCauseBuild(answer)) return ok("permission", `${login} may cause builds in ${repo}`);
    if (login.endsWith("[bot]")) {
      return ok("permission", `${login} writes with the rights of its workflow; people are asked for theirs`);
    }
    return {
      name: "permission",
      status: "failure",
      detail: `${login} may not cause builds in ${repo} (${
        answer?.kind === "known" ? answer.permission : answer?.kind ?? "unknown"
      })`,
      fix: "Ask for write permission on the repository, or use the token of somebody who has it",
    };
  });
  const labels = await look("labels", async () => {
    const { forge } = await parts.forge();
    const names = (await forge.listDefinitions("🎪", signal)).map(({ name }) => name);
    const missing = FIXED_LABELS.map((label) => formatLabel(label)).filter((name) =>
      !names.some((each) => sameLabelName(each, name))
    );
    if (missing.length === 0) return ok("labels", "all fixed labels are set up");
    return {
      name: "labels",
      status: "warning",
      detail: `not set up: ${missing.join(", ")}`,
      fix: 'Run "showtime setup-labels"',
    };
  });
  const clock = await look("clock", async () => {
    const { forge } = await parts.forge();
    const off = Math.abs(forge.now() - parts.now());
    if (off <= CLOCK_TOLERANCE_MS) return ok("clock", "agrees with GitHub's");
    return {
      name: "clock",
      status: "warning",
      detail: `this machine's clock is ${Math.round(off / 1000)} s off GitHub's; Showtime goes by GitHub's`,
      fix: "Set the clock, so that times in logs agree",
    };
  });
  return [token, permission, labels, clock];
}

/** What to say of a repository that GitHub does not show; undefined where nothing speaks against it. */
async function lookForRepository(parts: DoctorParts, signal: AbortSignal): Promise<DoctorCheck | undefined> {
  const { forge, repo } = await parts.forge();
  try {
    await forge.listDefinitions("🎪", signal);
    return undefined;
  } catch (error) {
    // Any other failure is told by the checks that follow.
    if (!(error instanceof AppError) || error.code !== "repository_not_found") return undefined;
    return {
      name: "repository",
      status: "failure",
      detail: `${repo} does not exist, or this token may not see it`,
      fix: "Check --repo, and that the token may see the repository",
    };
  }
}

async function lookAtEngine(parts: DoctorParts, signal: AbortSignal): Promise<readonly DoctorCheck[]> {
  const configured = await parts.config().then(() => true, () => false);
  const platform = await look("platform", async () => {
    if (!configured) {
      return {
        name: "platform",
        status: "warning",
        detail: "not checked: the configuration is wrong",
        fix: undefined,
      };
    }
    const place = await parts.platform();
    const { repo } = await parts.forge();
    const found = await place.list({ repo }, signal);
    return ok("platform", `${place.kind} answers; ${found.length} environments of this repository run there`);
  });
  const buildx = await look("docker buildx", async () => {
    const result = await (await parts.shell()).run({
      program: "docker",
      args: ["buildx", "version"],
      timeoutMs: 15_000,
    }, signal);
    if (result.code === 0) return ok("docker buildx", result.stdout.trim());
    return {
      name: "docker buildx",
      status: "warning",
      detail: "not there; images are built with docker build, without cache_from and cache_to",
      fix: "Install the buildx plugin of Docker",
    };
  });
  return [platform, buildx];
}
