/** A permission of Deno that the process can give up. */
export type DenoPermission = "net" | "read" | "write" | "run" | "sys" | "env";

/** The rights a command keeps. The process gives up every other right when the command starts. */
export interface CommandRights {
  readonly permissions: readonly DenoPermission[];
  /**
   * Whether the command runs programs other than `git`, for the repository, and `gh`, for the token. Environments on the
   * local Docker engine always need programs.
   */
  readonly runsPrograms: boolean;
  /**
   * Whether the command runs the steps of pipelines, which can be any programs. It keeps the right to start the launcher of
   * steps, which every other command gives up. Unless it also runs programs, it gives up the right to start those.
   */
  readonly runsSteps?: boolean;
  /** Whether the command starts a browser, if the process may. */
  readonly opensBrowser?: boolean;
}
