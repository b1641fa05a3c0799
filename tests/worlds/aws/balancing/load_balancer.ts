import type { Balancing, RuleAction, TargetRecord } from "./balancing_records.ts";

/** A load balancer that runs. */
export interface LoadBalancer {
  /** Where people's requests go, whatever the name in them. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves a listener: each request takes the first rule of its host, one of the rule's groups, a healthy
 * target of that.
 */
export function serveListener(balancing: Balancing, listener: string): LoadBalancer {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const host = (request.headers.get("host") ?? "").replace(/:\d+$/, "").toLowerCase();
    const rule = balancing.rulesOf(listener).find(({ hosts, isDefault }) =>
      isDefault || hosts.some((each) => isLike(host, each))
    );
    return rule === undefined ? answer(404) : await act(balancing, rule.action, request);
  });
  return { port: server.addr.port, close: () => server.shutdown() };
}

async function act(balancing: Balancing, action: RuleAction, request: Request): Promise<Response> {
  if (action.kind === "fixed") {
    return new Response(action.body, { status: action.status, headers: { "content-type": action.type } });
  }
  // A group without a healthy target gets its share too.
  const total = action.groups.reduce((sum, { weight }) => sum + weight, 0);
  let left = Math.random() * total;
  const chosen = action.groups.find(({ weight }) => weight > 0 && (left -= weight) < 0);
  const targets = [...balancing.groups.get(chosen?.arn ?? "")?.targets.values() ?? []];
  const healthy = targets.filter(({ state }) => state === "healthy");
  // If there are only unhealthy ones, they are asked.
  const [target] = healthy.length > 0 ? healthy : targets.filter(({ state }) => state === "unhealthy");
  return target === undefined ? answer(503) : await pass(request, target);
}

async function pass(request: Request, target: TargetRecord): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  target.open++;
  try {
    const response = await fetch(`http://${target.host}:${target.port}${pathname}${search}`, {
      method: request.method,
      redirect: "manual",
    });
    return new Response(await response.arrayBuffer(), { status: response.status });
  } catch {
    return answer(502);
  } finally {
    target.open--;
  }
}

function answer(status: number): Response {
  return new Response(`${status}\n`, { status });
}

function isLike(host: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "i").test(host);
}
