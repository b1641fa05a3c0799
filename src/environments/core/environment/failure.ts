/**
 * The reason why an environment did not come up, as the comment on the pull request classifies it
 * (lifecycle.md).
 */
export type FailureReason =
  | "build_failed"
  | "image_not_found"
  | "out_of_memory"
  | "unhealthy"
  | "no_capacity"
  | "quota"
  | "permission"
  | "timeout"
  | "port_taken"
  | "resource_initialization"
  | "network_settings"
  | "no_public_ip"
  | "throttled"
  | "draining"
  | "engine_unavailable"
  | "not_ours"
  | "assets_failed"
  | "hook_failed"
  | "failed";

/** The words for people of every {@link FailureReason}. */
export const FAILURE_WORDS: Readonly<Record<FailureReason, string>> = {
  build_failed: "The image could not be built",
  image_not_found: "The image could not be found",
  out_of_memory: "The environment ran out of memory",
  unhealthy: "The environment did not become healthy",
  no_capacity: "There was no capacity to run the environment",
  quota: "A quota or limit was reached",
  permission: "A permission is missing",
  timeout: "It took too long",
  port_taken: "The port is taken",
  resource_initialization: "The task could not be set up",
  network_settings: "A subnet or security group is wrong",
  no_public_ip: "The environment got no public address",
  throttled: "AWS received too many requests at once",
  draining: "An earlier service of that name is still being removed",
  engine_unavailable: "The container engine could not be reached",
  not_ours: "The name that is needed belongs to something of another owner",
  assets_failed: "The assets could not be pushed into the environment",
  hook_failed: "The hook after_start failed",
  failed: "The environment could not be brought up",
};

/** Returns the reason that an error code names; `failed` for any other code. */
export function failureReason(code: string): FailureReason {
  return code in FAILURE_WORDS ? code as FailureReason : "failed";
}
