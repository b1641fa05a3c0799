/** How environments run on a Docker engine. */
export interface DockerConfig {
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

/** Where ports are published. */
export interface Publish {
  /** As `--publish` wants it: an IPv6 address stands in brackets. Empty: every address. */
  readonly host: string;
  readonly port: number | undefined;
}

/** Reads `docker.publish`: an address, or an address and a port. */
export function parsePublish(text: string): Publish {
  const bracketed = /^(\[[^\]]*\])(?::(\d+))?$/.exec(text);
  const plain = /^([^:]*):(\d+)$/.exec(text);
  const match = bracketed ?? plain;
  if (match !== null) {
    return { host: match[1] ?? "", port: match[2] === undefined ? undefined : Number(match[2]) };
  }
  return { host: text.includes(":") ? `[${text}]` : text, port: undefined };
}

/** The host people reach a published port at: an address that stands for all of them is the engine's own host. */
export function publicHost(publish: Publish, engineHost: string | undefined): string {
  if (!["", "0.0.0.0", "[::]"].includes(publish.host)) return publish.host;
  const remote = /^(?:tcp|http|https|ssh):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(engineHost ?? "");
  return remote?.[1] ?? "127.0.0.1";
}
