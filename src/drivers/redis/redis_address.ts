import { usageError } from "../../lib/errors.ts";

/** The parts of a Redis URL. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly isTls: boolean;
}

const DEFAULT_PORT = 6379;

/** Parses `redis://user:password@host:port/db`. Throws AppError `redis_url_invalid` (exit code 2). */
export function parseRedisUrl(text: string): RedisAddress {
  // A URL parser that knows no scheme leaves hosts in capitals and takes any host.
  const url = /^rediss?:\/\//.test(text) ? URL.parse(text) : null;
  const [, db = "0"] = /^\/?(\d{0,5})$/.exec(url?.pathname ?? "") ?? [];
  if (url === null || url.hostname === "" || !/^\/?\d{0,5}$/.test(url.pathname)) {
    throw usageError(
      "redis_url_invalid",
      "Reading the URL of Redis: it is not redis://user:password@host:port/db",
      "Correct it. In a password, write @ as %40, : as %3A and / as %2F",
    );
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    db: Number(db),
    username: decode(url.username),
    password: decode(url.password),
    isTls: url.protocol === "rediss:",
  };
}

/** Formats an address without its login. */
export function formatRedisAddress({ host, port, db }: RedisAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}/${db}`;
}

function decode(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
