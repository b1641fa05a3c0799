/** The settings of environments that run on a Docker engine; the `docker` section of the configuration. */
export interface DockerSettings {
  readonly network: string;
  /**
   * Address that ports are published on. With a port (`127.0.0.1:18080`) that port is used, else a free one.
   */
  readonly publish: string;
  /** The port the application listens on. */
  readonly port: number;
  readonly health: {
    readonly path: string;
    /** Path that is asked if `path` answers 404. */
    readonly fallback: string;
    readonly timeoutMs: number;
    readonly intervalMs: number;
  };
  /** `cpu` 1024 is one CPU, `memory` is in MB. */
  readonly sizes: Readonly<Record<string, { readonly cpu: number; readonly memory: number }>>;
  /** Environment variables. Values may contain `{secret}`, `{pr}`, `{sha}` (7 digits) and `{login}`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly flags: { readonly prefix: string; readonly on: string; readonly off: string };
  /**
   * Tag of the images that are built on this engine and pushed nowhere, with `{pr}` and `{sha}`. Such an image is
   * never pulled: what a registry has under that name is a stranger's. Undefined if images are pushed.
   */
  readonly builtTag?: string | undefined;
  /** Address of the engine, as in `DOCKER_HOST`; undefined leaves the choice to the docker command. */
  readonly host?: string | undefined;
}
