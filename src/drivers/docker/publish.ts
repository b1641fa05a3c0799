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
