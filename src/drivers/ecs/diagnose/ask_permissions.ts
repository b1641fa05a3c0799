import { AppError } from "../../../lib/errors.ts";
import { type Finding, foundOk, foundWrong } from "../../../lib/finding.ts";
import { deniedAction } from "../errors.ts";
import { call } from "../sdk/call.ts";
import { inChunks } from "../sdk/paging.ts";
import type { PermissionProbe } from "../sdk/probes.ts";

/** What a probe showed. AWS looks whether the caller may before it looks at what is asked: any other refusal means yes. */
export type Probed =
  | { readonly kind: "allowed"; readonly refusal: AppError | undefined }
  | { readonly kind: "denied"; readonly action: string }
  | { readonly kind: "unknown"; readonly error: AppError };

/** What each action's probe showed. */
export async function askPermissions(
  probes: ReadonlyMap<string, PermissionProbe>,
  where: { readonly region: string; readonly cluster?: string },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Probed>> {
  const results = await inChunks([...probes], {
    size: 1,
    act: async (chunk) =>
      await Promise.all(chunk.map(async ([action, probe]) => {
        // A role is handed over in a registration: what is denied without being named is the registration.
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

/** A failure for each action that is denied, a word about those that are not known, and else that all is well. */
export function permissionFindings(
  probed: ReadonlyMap<string, Probed>,
  { name, caller, resourceOf, unasked = "" }: {
    readonly name: string;
    readonly caller: string;
    readonly resourceOf: (action: string) => string;
    /** What to say of actions that nobody asked for. */
    readonly unasked?: string;
  },
): readonly Finding[] {
  const results = [...probed];
  const denied = new Set(results.flatMap(([, each]) => each.kind === "denied" ? [each.action] : []));
  const findings = [...denied].map((action) =>
    foundWrong(name, `${action} is not allowed`, {
      fix: `Allow ${action} on ${
        resourceOf(action)
      } to ${caller}; "showtime init --dry-run" prints the whole policy`,
    })
  );
  const unknown = results.filter(([, each]) => each.kind === "unknown");
  const [first] = unknown.flatMap(([, each]) => each.kind === "unknown" ? [each.error] : []);
  if (first !== undefined) {
    const actions = unknown.map(([action]) => action).join(", ");
    findings.push(foundWrong(name, `not known: ${actions} (${first.message})`, {
      status: "warning",
      fix: first.hint ?? 'Run "showtime doctor" again',
    }));
  }
  if (findings.length > 0) return findings;
  return [foundOk(name, `all ${results.length} actions that Showtime needs are allowed${unasked}`)];
}
