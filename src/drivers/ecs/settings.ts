import type { VariableTemplates } from "../../environments/core/environment/variables.ts";
import type { Hooks } from "../../environments/core/environment/hooks.ts";
import type { TaskDefinitionTemplate } from "./deploy/template.ts";

/** The settings of the ECS driver: where and how it runs environments. */
export interface EcsSettings extends VariableTemplates {
  readonly region: string;
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The application's container in the task definition. */
  readonly container: string;
  /** The CloudWatch log group. If undefined, the template decides where logs go. */
  readonly logGroup: string | undefined;
  /** The role that pulls the image and writes the log. If undefined, the template's role is used. */
  readonly executionRole: string | undefined;
  /** The application's role. If undefined, the application has no role unless the template names one. */
  readonly taskRole: string | undefined;
  readonly assignPublicIp: boolean;
  readonly architecture: "X86_64" | "ARM64";
  /** If undefined, the built-in task definition is used. */
  readonly template: TaskDefinitionTemplate | undefined;
  /** The port the application listens on. */
  readonly port: number;
  readonly health: {
    readonly path: string;
    /** The path that is requested when `path` answers 404. */
    readonly fallback: string;
    /** The longest wait for a deployment or a removal, in milliseconds. */
    readonly timeoutMs: number;
    readonly intervalMs: number;
    /**
     * The command that runs inside the container. If undefined, ECS has no health check to go by and stops an
     * old task soon after a new one runs.
     */
    readonly command: string | undefined;
  };
  /** The commands that run in an environment. */
  readonly hooks?: Hooks | undefined;
  /** Sizes by name. `cpu` 1024 is one vCPU; `memory` is in MiB. */
  readonly sizes: Readonly<Record<string, { readonly cpu: number; readonly memory: number }>>;
}
