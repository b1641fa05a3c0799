import { formatSpan } from "../../../lib/duration.ts";
import type { HealthOutcome } from "../../../lib/health_outcome.ts";
import type { PlatformKind } from "./environment.ts";

/** A health check that has not succeeded, and the settings that it depends on. */
export interface UnhealthyFacts {
  readonly platform: PlatformKind;
  /** The question, `http://127.0.0.1:32768/health`. */
  readonly url: string;
  /** The last answer for people: `401`, `connection refused`. */
  readonly answer: string;
  readonly outcome: HealthOutcome;
  readonly waitedMs: number;
  /** `environment.port`. */
  readonly port: number;
  /** `environment.health.path`. */
  readonly path: string;
}

/** Says in one sentence what was seen, and in a hint which setting mends it. */
export function explainUnhealthy(facts: UnhealthyFacts): { readonly state: string; readonly hint: string } {
  const { url, answer, waitedMs, outcome } = facts;
  const state = `no 2xx answer from ${url} within ${formatSpan(waitedMs)} (last: ${answer})`;
  const hint = hintFor(facts);
  return {
    state,
    hint: outcome.proxied === true
      ? `HTTP_PROXY is set: if the proxy answered instead, add the address to NO_PROXY. ${hint}`
      : hint,
  };
}

function hintFor(facts: UnhealthyFacts): string {
  const { outcome, path, platform, port } = facts;
  const listen = `let the app listen on 0.0.0.0 (not 127.0.0.1) and port ${port} inside its container`;
  const otherPort = "set environment.port to the port that it listens on";
  switch (outcome.kind) {
    case "status":
    case "ok":
      return statusHint(outcome.status ?? 0, path);
    case "redirect":
      return `The app redirects to ${
        outcome.to ?? "another host"
      }, which Showtime does not follow: set environment.health.path to a path that answers 2xx by itself`;
    case "https":
      return "The app redirects to HTTPS, but the environment speaks plain HTTP: switch the redirect off with " +
        "environment.variables, or set environment.health.path to a path that is not redirected";
    case "loop":
      return "The app redirects in a circle: set environment.health.path to a path that answers 2xx by itself";
    case "refused":
      return `Nothing listens on the port: ${listen}, or ${otherPort}`;
    case "reset":
    case "closed":
      return `The connection ends without an answer, as it does when the app listens elsewhere: ${listen}, or ${otherPort}`;
    case "unconnected":
      return platform === "ecs"
        ? `Packets to the task are dropped: let a group of ecs.security_groups admit this machine to port ${port}`
        : "Packets to the address are dropped: open the port in the firewall of the engine's machine, or correct docker.publish";
    case "silent":
      return "The app accepts the connection and does not answer in time: look at the log, set " +
        "environment.health.path to a path that answers faster, or raise environment.health.timeout";
    case "tls":
      return `The app speaks TLS on port ${port}: let it speak plain HTTP there, or set environment.port to its HTTP port`;
    case "not_http":
      return `What listens on port ${port} does not speak HTTP/1.1: set environment.port to the port of the web server`;
    case "dns":
      return platform === "ecs"
        ? "The name of the address is not known on this machine: check its DNS"
        : "The name of the engine's machine is not known here: correct DOCKER_HOST or docker.publish, or check the DNS";
    case "unreachable":
      return platform === "ecs"
        ? "No route leads to the task: use public subnets in ecs.subnets, or run Showtime inside the VPC"
        : "No route leads to the engine's machine: correct docker.publish or DOCKER_HOST";
    case "blocked_port":
      return platform === "ecs"
        ? "Browsers and HTTP clients refuse this port: choose another one for environment.port"
        : "Browsers and HTTP clients refuse this port: choose another one in docker.publish";
    case "other":
      return `Look at the log; ${listen}, or raise environment.health.timeout`;
  }
}

function statusHint(status: number, path: string): string {
  const another = "set environment.health.path to a path that answers 2xx without a login";
  if (status === 401 || status === 403 || status === 407) {
    return `The app refuses ${path} without a login or for this host name: ${another}`;
  }
  if (status === 404 || status === 410) {
    return `The app does not have ${path}: set environment.health.path or environment.health.fallback to a path that it has`;
  }
  if (status === 429) return "The app gets too many requests: raise environment.health.interval";
  if (status >= 500) {
    return "The app answers with an error of its own: look at the log, or raise environment.health.timeout if it is " +
      "still starting";
  }
  if (status >= 400) {
    return `The app refuses a plain GET of ${path}: set environment.health.path to a path that answers 2xx, and let the app accept any host name`;
  }
  return `The app answers ${path} without a page: set environment.health.path to a path that answers 2xx`;
}
