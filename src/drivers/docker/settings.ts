import type { Hooks } from "../../environments/core/environment/hooks.ts";

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
    /** The health check that the engine runs inside the container; used only for a router. */
    readonly command?: string | undefined;
  };
  /** The commands that run in an environment. */
  readonly hooks?: Hooks | undefined;
  /** `cpu` 1024 is one CPU, `memory` is in MB. */
  readonly sizes: Readonly<Record<string, { readonly cpu: number; readonly memory: number }>>;
  /** Environment variables. Values may contain `{secret}`, `{pr}`, `{sha}` (7 digits) and `{login}`; `{url}` if there is one. */
  readonly variables: Readonly<Record<string, string>>;
  readonly flags: { readonly prefix: string; readonly on: string; readonly off: string };
  /**
   * The names of images that Showtime builds on this engine and pushes nowhere; undefined if it pushes them. `tag`
   * is a pattern with `{pr}` and `{sha}`.
   */
  readonly builtHere?: { readonly image: string; readonly tag: string } | undefined;
  /** The router that leads the address of a pull request to its container; undefined without one. */
  readonly router?: RouterSettings | undefined;
  /** The host that people open; undefined for the address that ports are published on. */
  readonly openHost?: string | undefined;
  /** Address of the engine, as in `DOCKER_HOST`; undefined leaves the choice to the docker command. */
  readonly host?: string | undefined;
}

/** The settings of Traefik, which reads the labels of containers. Times are in milliseconds. */
export interface RouterSettings {
  /** Traefik's entry points, separated by commas; undefined for `websecure` with HTTPS and `web` without. */
  readonly entrypoint: string | undefined;
  /** Traefik's resolver of certificates; undefined for a certificate that it has already. */
  readonly certresolver: string | undefined;
  /** The network that containers share with Traefik; undefined for the network that they are in anyway. */
  readonly network: string | undefined;
  /** How long the address may take to lead to a container that is healthy. */
  readonly answerMs: number;
  /** How long requests that an old container works on may take, once no new ones reach it. */
  readonly drainMs: number;
}
