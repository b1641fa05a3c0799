import assert from "node:assert/strict";
import { explainUnhealthy } from "../../../../src/environments/core/environment/unhealthy.ts";
import type { HealthOutcome } from "../../../../src/lib/health_outcome.ts";

function hintFor(outcome: HealthOutcome, platform: "docker" | "ecs" = "docker"): string {
  return explainUnhealthy({
    platform,
    url: "http://127.0.0.1:32768/health",
    answer: "x",
    outcome,
    waitedMs: 3000,
    port: 8080,
    path: "/health",
  }).hint;
}

Deno.test("explainUnhealthy() says what was asked, for how long, and what came last", () => {
  const { state } = explainUnhealthy({
    platform: "docker",
    url: "http://127.0.0.1:32768/health",
    answer: "connection refused",
    outcome: { kind: "refused" },
    waitedMs: 900_000,
    port: 8080,
    path: "/health",
  });

  assert.equal(
    state,
    "no 2xx answer from http://127.0.0.1:32768/health within 15 min (last: connection refused)",
  );
});

Deno.test("explainUnhealthy() names the setting that mends each outcome", () => {
  const table: readonly (readonly [outcome: HealthOutcome, words: readonly RegExp[]])[] = [
    [{ kind: "refused" }, [/0\.0\.0\.0/, /port 8080/, /environment\.port/]],
    [{ kind: "reset" }, [/0\.0\.0\.0/, /not 127\.0\.0\.1/, /environment\.port/]],
    [{ kind: "closed" }, [/0\.0\.0\.0/, /not 127\.0\.0\.1/, /environment\.port/]],
    [{ kind: "silent" }, [/environment\.health\.path/, /environment\.health\.timeout/]],
    [{ kind: "tls" }, [/TLS/, /environment\.port/]],
    [{ kind: "not_http" }, [/environment\.port/]],
    [{ kind: "redirect", to: "login.example" }, [/login\.example/, /environment\.health\.path/]],
    [{ kind: "https" }, [/HTTPS/, /environment\.health\.path/]],
    [{ kind: "loop" }, [/environment\.health\.path/]],
    [{ kind: "status", status: 401 }, [/login/, /environment\.health\.path/]],
    [{ kind: "status", status: 403 }, [/login/, /environment\.health\.path/]],
    [{ kind: "status", status: 404 }, [/environment\.health\.path/, /environment\.health\.fallback/]],
    [{ kind: "status", status: 400 }, [/environment\.health\.path/, /host name/]],
    [{ kind: "status", status: 429 }, [/environment\.health\.interval/]],
    [{ kind: "status", status: 500 }, [/log/, /environment\.health\.timeout/]],
    [{ kind: "status", status: 503 }, [/log/, /environment\.health\.timeout/]],
    [{ kind: "dns" }, [/DOCKER_HOST/, /docker\.publish/]],
    [{ kind: "unconnected" }, [/firewall/, /docker\.publish/]],
    [{ kind: "blocked_port" }, [/docker\.publish/]],
  ];
  for (const [outcome, words] of table) {
    for (const each of words) assert.match(hintFor(outcome), each, JSON.stringify(outcome));
  }
  const distinct = new Set(table.map(([outcome]) => hintFor(outcome)));
  assert.ok(distinct.size >= table.length - 4, [...distinct].join("\n"));
});

Deno.test("explainUnhealthy() speaks of the settings of the platform", () => {
  assert.match(hintFor({ kind: "unconnected" }, "ecs"), /ecs\.security_groups.*port 8080/);
  assert.match(hintFor({ kind: "unreachable" }, "ecs"), /ecs\.subnets/);
  assert.match(hintFor({ kind: "blocked_port" }, "ecs"), /environment\.port/);
  assert.doesNotMatch(hintFor({ kind: "dns" }, "ecs"), /docker/i);
});

Deno.test("explainUnhealthy() names the proxy that a question went through", () => {
  assert.match(hintFor({ kind: "status", status: 403, proxied: true }), /HTTP_PROXY.*NO_PROXY/);
});
