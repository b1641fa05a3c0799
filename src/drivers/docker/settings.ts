/** How environments run on a Docker engine. */
export interface DockerSettings {
  readonly network: string;
  /** Address that ports are published on; with a port (`127.0.0.1:18080`) that port, else one that is free. */
  readonly publish: string;
  /** The port the application listens on. */
  readonly port: number;
  readonly health: {
    readonly path: string;
    /** Asked where `path` answers 404. */
    readonly fallback: string;
    readonly timeoutMs: number;
    readonly intervalMs: number;
  };
  /** `cpu` 1024 is one CPU, `memory` is in MB. */
  readonly sizes: Readonly<Record<string, { readonly cpu: number; readonly memory: number }>>;
  /** Environment variables; `{secret}` `{pr}` `{sha}` (7 digits) and `{login}` are filled in. */
  readonly variables: Readonly<Record<string, string>>;
  readonly flags: { readonly prefix: string; readonly on: string; readonly off: string };
  /** The engine, as `DOCKER_HOST` names it; the docker command's own choice where it is undefined. */
  readonly host?: string | undefined;
}
