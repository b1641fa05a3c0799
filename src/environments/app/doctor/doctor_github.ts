import { AppError } from "../../../lib/errors.ts";
import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import { FIXED_LABELS, formatLabel, sameLabelName } from "../../core/labels/mod.ts";
import { mayCauseBuild } from "../../core/plan/mod.ts";
import type { Forge } from "../../ports/forge.ts";
import { limitsLockFinding } from "./doctor_limits.ts";

/** The findings about GitHub, with the facts that other checks use. */
export interface GithubFindings {
  readonly findings: readonly Finding[];
  /** Undefined if the repository is not known. */
  readonly repo: string | undefined;
  /** Names of the label definitions that belong to Showtime or mention it. */
  readonly definitions: readonly string[];
}

/**
 * The tolerated difference between the clocks, in milliseconds. A larger one makes leases and expiry times
 * hard to read.
 */
const CLOCK_TOLERANCE_MS = 30_000;

/** Checks the token, its rights in the repository, the labels and the clock. */
export async function diagnoseGithub(
  parts: {
    readonly forge: () => Promise<{ readonly forge: Forge; readonly repo: string }>;
    readonly now: () => number;
  },
  signal: AbortSignal,
): Promise<GithubFindings> {
  let repo: string | undefined;
  const findings: Finding[] = [];
  let part = "token";
  try {
    const made = await parts.forge();
    const { forge } = made;
    repo = made.repo;
    const login = (await forge.viewer(signal))?.login;
    findings.push(tokenFinding(login), scopesFinding(forge.scopes()));
    part = "repository";
    const defined = await forge.listDefinitions("🎪", signal);
    const definitions = defined.map(({ name }) => name);
    findings.push(
      await permissionFinding({ forge, repo, login }, signal),
      labelsFinding(definitions),
      ...limitsLockFinding(defined, { now: forge.now() }),
      clockFinding(forge.now() - parts.now()),
    );
    return { findings, repo, definitions };
  } catch (error) {
    signal.throwIfAborted();
    const isUnknown = error instanceof AppError && /^repository_(?:unknown|malformed)$/.test(error.code);
    findings.push(
      part === "token" && !isUnknown ? foundError(part, error) : repositoryFinding(error, repo ?? ""),
    );
    return { findings, repo, definitions: [] };
  }
}

function tokenFinding(login: string | undefined): Finding {
  if (login !== undefined) return foundOk("token", `it is ${login}'s`);
  return foundWrong("token", "GitHub does not tell whose token it is", {
    status: "warning",
    fix: "Outside of Actions use a token of a person: gh auth login",
  });
}

function scopesFinding(scopes: readonly string[] | undefined): Finding {
  const name = "token scopes";
  if (scopes === undefined) {
    return foundOk(
      name,
      "it has none, as a fine-grained token or an app's: what it may do is looked at below",
    );
  }
  if (scopes.includes("repo")) return foundOk(name, scopes.join(", "));
  if (scopes.includes("public_repo")) {
    return foundOk(name, `${scopes.join(", ")}: enough for a public repository`);
  }
  return foundWrong(name, `${scopes.join(", ") || "none"}: without repo it writes no label`, {
    fix:
      'Run "gh auth refresh --scopes repo", or make a token with the scope repo (public_repo for a public repository)',
  });
}

async function permissionFinding(
  { forge, repo, login }: {
    readonly forge: Forge;
    readonly repo: string;
    readonly login: string | undefined;
  },
  signal: AbortSignal,
): Promise<Finding> {
  const name = "permission";
  if (login === undefined) {
    return foundWrong(name, "the token does not name its owner, so there is no permission to check", {
      status: "warning",
      fix: 'Use a token of a person; "showtime explain <pr>" shows whose permission counts',
    });
  }
  const answer = (await forge.permissions([login], signal)).get(login);
  if (mayCauseBuild(answer)) return foundOk(name, `${login} may cause builds in ${repo}`);
  if (login.endsWith("[bot]")) {
    return foundOk(name, `${login} writes with the rights of its workflow; people are asked for theirs`);
  }
  // GitHub reveals permissions only to users with write access.
  const has = answer?.kind === "known"
    ? answer.permission
    : "GitHub does not tell this token their permission";
  return foundWrong(name, `${login} may not cause builds in ${repo} (${has})`, {
    fix: "Ask for write permission on the repository, or use the token of a person who has it",
  });
}

function labelsFinding(definitions: readonly string[]): Finding {
  const missing = FIXED_LABELS.map((label) => formatLabel(label)).filter((name) =>
    !definitions.some((each) => sameLabelName(each, name))
  );
  if (missing.length === 0) return foundOk("labels", "all fixed labels are set up");
  return foundWrong("labels", `not set up: ${missing.join(", ")}`, {
    status: "warning",
    fix: 'Run "showtime setup-labels"',
  });
}

function clockFinding(offMs: number): Finding {
  const off = Math.abs(offMs);
  if (off <= CLOCK_TOLERANCE_MS) return foundOk("clock", "agrees with GitHub's");
  const state = `this machine's clock is ${Math.round(off / 1000)} s off GitHub's; Showtime goes by GitHub's`;
  return foundWrong("clock", state, {
    status: "warning",
    fix: 'Set the clock, so that times in logs agree: "timedatectl set-ntp true" where systemd sets it',
  });
}

function repositoryFinding(error: unknown, repo: string): Finding {
  if (!(error instanceof AppError) || error.code !== "repository_not_found") {
    return foundError("repository", error);
  }
  return foundWrong("repository", `${repo} does not exist, or this token may not see it`, {
    fix: "Check --repo, and that the token may see the repository",
  });
}
