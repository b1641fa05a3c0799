import type { AddedLoadBalancer } from "./add_load_balancer.ts";

/** A `fetch` that finds every name at the load balancer. */
export function byName({ port }: Pick<AddedLoadBalancer, "port">, client: Deno.HttpClient): typeof fetch {
  return async (input, init) => {
    const { host, pathname, search } = new URL(String(input));
    return await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
      ...init,
      client,
      headers: { host },
    });
  };
}
