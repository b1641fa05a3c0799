/** The address that ports are published on. */
export interface Publish {
  /** In the form of `--publish`: an IPv6 address stands in brackets. Empty means every address. */
  readonly host: string;
  readonly port: number | undefined;
}

/** Parses `docker.publish`: an address, or an address and a port. */
export function parsePublish(text: string): Publish {
  const bracketed = /^(\[[^\]]*\])(?::(\d+))?$/.exec(text);
  const plain = /^([^:]*):(\d+)$/.exec(text);
  const match = bracketed ?? plain;
  if (match !== null) {
    return { host: match[1] ?? "", port: match[2] === undefined ? undefined : Number(match[2]) };
  }
  return { host: text.includes(":") ? `[${text}]` : text, port: undefined };
}

/** Returns the host of published ports: the engine's own host if they are published on every address. */
export function publicHost(publish: Publish, engineHost: string | undefined): string {
  if (!["", "0.0.0.0", "[::]"].includes(publish.host)) return publish.host;
  const remote = /^(?:tcp|http|https|ssh):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(engineHost ?? "");
  return remote?.[1] ?? "127.0.0.1";
}
