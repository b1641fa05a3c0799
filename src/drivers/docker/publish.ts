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

/** Whether ports are published on every address of the engine's machine: `0.0.0.0`, `[::]`, or no address. */
export function isEveryAddress({ host }: Publish): boolean {
  if (host === "") return true;
  // The parser of URLs writes every form of an address in the same way.
  const { hostname } = URL.parse(`http://${host}/`) ?? { hostname: host };
  return ["0.0.0.0", "[::]", "[::ffff:0:0]"].includes(hostname);
}

/** Returns the host of published ports: the engine's own host if they are published on every address. */
export function publicHost(publish: Publish, engineHost: string | undefined): string {
  if (!isEveryAddress(publish)) return publish.host;
  return remoteHost(engineHost) ?? (publish.host.startsWith("[") ? "[::1]" : "127.0.0.1");
}

/** Returns the machine in an engine's address, if the address names one: `DOCKER_HOST` without a socket. */
export function remoteHost(engineHost: string | undefined): string | undefined {
  return /^(?:tcp|http|https|ssh):\/\/(?:[^/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(engineHost ?? "")?.[1];
}
