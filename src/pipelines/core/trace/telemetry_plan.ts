import { usageError } from "../../../lib/errors.ts";
import { maskUrlLogins } from "../../../lib/url_login.ts";
import { parseKeyValues } from "./key_values.ts";

/** The flags that decide where telemetry goes. */
export interface TelemetryFlags {
  readonly tracesEndpoint: string | undefined;
  readonly logsEndpoint: string | undefined;
  readonly serviceName: string | undefined;
}

/** Where one signal goes. */
export interface SignalTarget {
  /** Without a login: it is a header. */
  readonly url: string;
  /** The URL as it is shown: without login and query. */
  readonly shown: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The longest time that an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly gzip: boolean;
}

/** Where the telemetry of a build goes, and on whose behalf. */
export interface TelemetryPlan {
  readonly traces: SignalTarget | undefined;
  readonly logs: SignalTarget | undefined;
  /** Attributes of the resource; `service.name` is one. */
  readonly resource: Readonly<Record<string, string>>;
  /** Settings that are not used, and why. */
  readonly warnings: readonly string[];
}

type Signal = "traces" | "logs";

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Plans telemetry from flags and from OpenTelemetry's variables, flags first. A variable for one signal comes before
 * the one for all. An empty variable counts as unset, and one that cannot be used is ignored with a warning. A signal
 * without an endpoint is not sent. Throws a usage error for a flag that is no URL.
 */
export function planTelemetry(
  { flags, env, pipeline }: {
    readonly flags: TelemetryFlags;
    /** Returns the value of a variable. */
    readonly env: (name: string) => string | undefined;
    readonly pipeline: string;
  },
): TelemetryPlan {
  const read = (name: string) => env(name)?.trim() || undefined;
  const warnings: string[] = [];
  const world = { read, warnings };
  const resource = parseKeyValues(read("OTEL_RESOURCE_ATTRIBUTES") ?? "");
  if (resource === undefined) {
    warnings.push(unused("OTEL_RESOURCE_ATTRIBUTES", "the value is not a list of key=value"));
  }
  const name = flags.serviceName ?? read("OTEL_SERVICE_NAME") ?? resource?.["service.name"] ??
    `bass:pipeline:${pipeline}`;
  return {
    traces: targetOf("traces", flags.tracesEndpoint, world),
    logs: targetOf("logs", flags.logsEndpoint, world),
    resource: { ...resource, "service.name": name },
    warnings: [...new Set(warnings)],
  };
}

interface World {
  readonly read: (name: string) => string | undefined;
  readonly warnings: string[];
}

function targetOf(signal: Signal, flag: string | undefined, world: World): SignalTarget | undefined {
  const url = flag === undefined ? endpointOf(signal, world) : flagUrl(signal, flag);
  if (url === undefined) return undefined;
  const headers = {
    ...headersOf("OTEL_EXPORTER_OTLP_HEADERS", world),
    ...headersOf(own(signal, "HEADERS"), world),
  };
  const login = loginOf(url);
  [url.username, url.password] = ["", ""];
  return {
    url: url.href,
    shown: `${url.origin}${url.pathname}`,
    headers: { ...login === undefined ? {} : { authorization: login }, ...headers },
    timeoutMs: timeoutOf(signal, world),
    gzip: (world.read(own(signal, "COMPRESSION")) ?? world.read("OTEL_EXPORTER_OTLP_COMPRESSION")) === "gzip",
  };
}

function flagUrl(signal: Signal, flag: string): URL {
  const url = parseHttpUrl(flag);
  if (url !== undefined) return url;
  throw usageError(
    "telemetry_endpoint_malformed",
    `Reading --${signal}-endpoint: ${maskUrlLogins(flag)} is not an HTTP URL`,
    `Give the whole address, as http://localhost:4318/v1/${signal}`,
  );
}

/** The endpoint that variables name; undefined if they name no endpoint or switch the signal off. */
function endpointOf(signal: Signal, { read, warnings }: World): URL | undefined {
  if (read("OTEL_SDK_DISABLED")?.toLowerCase() === "true") return undefined;
  if (read(`OTEL_${signal.toUpperCase()}_EXPORTER`) === "none") return undefined;
  const [single, all] = [own(signal, "ENDPOINT"), "OTEL_EXPORTER_OTLP_ENDPOINT"];
  const [name, value] = read(single) !== undefined ? [single, read(single)] : [all, read(all)];
  if (value === undefined) return undefined;
  if ((read(own(signal, "PROTOCOL")) ?? read("OTEL_EXPORTER_OTLP_PROTOCOL")) === "grpc") {
    warnings.push(unused(name, "the protocol is grpc, and this program speaks OTLP over HTTP with JSON"));
    return undefined;
  }
  const url = parseHttpUrl(value);
  if (url === undefined) {
    warnings.push(unused(name, "the value is not an HTTP URL"));
    return undefined;
  }
  if (name === all) url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/${signal}`;
  return url;
}

function headersOf(name: string, { read, warnings }: World): Readonly<Record<string, string>> {
  const headers = parseKeyValues(read(name) ?? "");
  const usable = headers !== undefined &&
    Object.entries(headers).every(([key, value]) =>
      /^[\w!#$%&'*+.^`|~-]+$/.test(key) && !/[^\t\x20-\xff]/.test(value)
    );
  if (!usable) warnings.push(unused(name, "the value is not a list of key=value"));
  return usable
    ? Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]))
    : {};
}

function timeoutOf(signal: Signal, { read, warnings }: World): number {
  const [single, all] = [own(signal, "TIMEOUT"), "OTEL_EXPORTER_OTLP_TIMEOUT"];
  const [name, value] = read(single) !== undefined ? [single, read(single)] : [all, read(all)];
  if (value === undefined) return DEFAULT_TIMEOUT_MS;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (ms > 0) return ms;
  warnings.push(unused(name, "the value is not a number of milliseconds above 0"));
  return DEFAULT_TIMEOUT_MS;
}

function own(signal: Signal, rest: string): string {
  return `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${rest}`;
}

function unused(name: string, why: string): string {
  return `Reading ${name}: ${why}, so it is not used`;
}

function parseHttpUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** The login of a URL as the value of the header for it. */
function loginOf({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const bytes = new TextEncoder().encode(`${decode(username)}:${decode(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
