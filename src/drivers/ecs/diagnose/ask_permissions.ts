import { AppError } from "../../../lib/errors.ts";
import { type Finding, foundOk, foundWrong } from "../../../lib/finding.ts";
import { deniedAction } from "../errors.ts";
import { call } from "../sdk/call.ts";
import { inChunks } from "../sdk/paging.ts";
import type { PermissionProbe } from "../sdk/probes.ts";

/**
 * The result of a permission probe. AWS checks the caller's permission before it checks the request, so any
 * refusal other than a denial means that the action is allowed.
 */
export type Probed =
  | { readonly kind: "allowed"; readonly refusal: AppError | undefined }
  | { readonly kind: "denied"; readonly action: string }
  | { readonly kind: "unknown"; readonly error: AppError };

/** Runs the probe of each action and returns the results by action. */
export async function askPermissions(
  probes: ReadonlyMap<string, PermissionProbe>,
  where: { readonly region: string; readonly cluster?: string },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Probed>> {
  const results = await inChunks([...probes], {
    size: 1,
    act: async (chunk) =>
      await Promise.all(chunk.map(async ([action, probe]) => {
        // A role is passed in a registration. A denial that names no action denies the registration itself.
        const permission = action === "iam:PassRole" ? "ecs:RegisterTaskDefinition" : action;
        const attempt = { ...where, action: `Asking for ${action}`, permission };
        return [action, await judge(() => call(attempt, () => probe(signal), signal), permission)] as const;
      })),
  });
  return new Map(results);
}

async function judge(ask: () => Promise<unknown>, permission: string): Promise<Probed> {
  try {
    await ask();
    return { kind: "allowed", refusal: undefined };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const action = error.code === "permission" ? deniedAction(error.cause, permission) : undefined;
    if (action !== undefined) return { kind: "denied", action };
    const open = error.retryable || error.code === "aws_credentials";
    return open ? { kind: "unknown", error } : { kind: "allowed", refusal: error };
  }
}

/**
 * Returns a failure for each denied action and one warning about actions whose probe failed. If there are
 * neither, returns one finding that everything is allowed.
 */
export function permissionFindings(
  probed: ReadonlyMap<string, Probed>,
  { name, caller, resourceOf, unasked = "" }: {
    readonly name: string;
    readonly caller: string;
    readonly resourceOf: (action: string) => string;
    /** A note about actions that were not probed, appended to the finding that all is allowed. */
    readonly unasked?: string;
  },
): readonly Finding[] {
  const results = [...probed];
  const denied = new Set(results.flatMap(([, each]) => each.kind === "denied" ? [each.action] : []));
  const findings = [...denied].map((action) =>
    foundWrong(name, `${action} is not allowed`, {
      fix: `Allow ${action} on ${
        resourceOf(action)
      } for ${caller}; "showtime init --dry-run" prints the whole policy`,
    })
  );
  const unknown = results.filter(([, each]) => each.kind === "unknown");
  const [first] = unknown.flatMap(([, each]) => each.kind === "unknown" ? [each.error] : []);
  if (first !== undefined) {
    const actions = unknown.map(([action]) => action).join(", ");
    findings.push(foundWrong(name, `could not check ${actions} (${first.message})`, {
      status: "warning",
      fix: first.hint ?? 'Run "showtime doctor" again',
    }));
  }
  if (findings.length > 0) return findings;
  return [foundOk(name, `all ${results.length} actions that Showtime needs are allowed${unasked}`)];
}
