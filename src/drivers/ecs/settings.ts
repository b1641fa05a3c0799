import type { VariableTemplates } from "../../environments/core/environment/variables.ts";
import type { TaskDefinitionTemplate } from "./deploy/template.ts";

/** How environments run on ECS. */
export interface EcsSettings extends VariableTemplates {
  readonly region: string;
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The application's container in the task definition. */
  readonly container: string;
  /** CloudWatch log group; undefined leaves logging to the template. */
  readonly logGroup: string | undefined;
  /** Role that pulls the image and writes the log; undefined leaves it to the template. */
  readonly executionRole: string | undefined;
  /** Role of the application; undefined: none, unless the template names one. */
  readonly taskRole: string | undefined;
  readonly assignPublicIp: boolean;
  readonly architecture: "X86_64" | "ARM64";
  /** Undefined: the built-in definition. */
  readonly template: TaskDefinitionTemplate | undefined;
  /** The port the application listens on. */
  readonly port: number;
  readonly health: {
    readonly path: string;
    /** Asked where `path` answers 404. */
    readonly fallback: string;
    /** The longest a deployment, or a removal, is waited for. */
    readonly timeoutMs: number;
    readonly intervalMs: number;
    /** Runs inside the container; undefined: ECS knows no health check, and drops an old task soon after a new one runs. */
    readonly command: string | undefined;
  };
  /** `cpu` 1024 is one vCPU, `memory` is in MiB. */
  readonly sizes: Readonly<Record<string, { readonly cpu: number; readonly memory: number }>>;
}
