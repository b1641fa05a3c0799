import type { ApiKey, KeyRole } from "./api_key.ts";

/** The action of a request. */
export type ServerAction = "read" | "trigger" | "work" | "administer";

const MAY: Readonly<Record<KeyRole, readonly ServerAction[]>> = {
  read: ["read"],
  trigger: ["read", "trigger"],
  // A worker learns what it needs from its claim.
  worker: ["work"],
  admin: ["read", "trigger", "work", "administer"],
};

/** Whether a key permits an action, on a pipeline if the action is about one. */
export function permits(key: Pick<ApiKey, "role" | "pipelines">, { action, pipeline }: {
  readonly action: ServerAction;
  readonly pipeline?: string;
}): boolean {
  return MAY[key.role].includes(action) &&
    (pipeline === undefined || key.pipelines === undefined || key.pipelines.includes(pipeline));
}
