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
   * The names of images that Showtime builds on this engine and pushes nowhere; undefined if it pushes them. `tag`
   * is a pattern with `{pr}` and `{sha}`.
   */
  readonly builtHere?: { readonly image: string; readonly tag: string } | undefined;
  /** Address of the engine, as in `DOCKER_HOST`; undefined leaves the choice to the docker command. */
  readonly host?: string | undefined;
}
