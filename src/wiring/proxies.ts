/**
 * Keeps addresses from the proxies of HTTP_PROXY and its relatives. Deno reads these variables when a client
 * of `fetch` is made: the one of the process at its first request, others where they are made.
 */

/** Names of variables that name a proxy. */
const PROXIES = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] as const;

/** Loopback addresses and names: a proxy on another machine would look for them there. */
const LOOPBACK = ["localhost", ".localhost", "127.0.0.0/8", "::1"] as const;

/** Whether the variables of this process name a proxy for plain HTTP. */
export function hasHttpProxy(): boolean {
  return ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].some((name) => Boolean(Deno.env.get(name)));
}

/**
 * Adds loopback addresses and `hosts` to NO_PROXY of this process and of the programs that it starts. Without
 * a proxy nothing changes.
 */
export function keepFromProxies(hosts: readonly string[] = []): void {
  if (!PROXIES.some((name) => Boolean(Deno.env.get(name)))) return;
  // Deno does not know the star, which other programs take for every host.
  const given = entries(Deno.env.get("NO_PROXY") || Deno.env.get("no_proxy") || "");
  if (given.includes("*")) {
    for (const name of PROXIES) Deno.env.delete(name);
    return;
  }
  const bare = hosts.map((host) => host.replace(/^\[|\]$/g, "")).filter((host) => host !== "");
  const all = [...new Set([...given, ...LOOPBACK, ...bare])].join(",");
  // Programs disagree about which of the two spellings counts, so both say the same.
  Deno.env.set("NO_PROXY", all);
  Deno.env.set("no_proxy", all);
}

function entries(text: string): readonly string[] {
  return text.split(",").map((each) => each.trim()).filter((each) => each !== "");
}

/** Makes a `fetch` that asks every host directly, whatever proxies the variables name. */
export function makeDirectFetch(): typeof fetch {
  const known = new Set<string>();
  let client: Deno.HttpClient | undefined;
  return (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    if (hasHttpProxy() && !known.has(hostname)) {
      known.add(hostname);
      keepFromProxies([hostname]);
      // A client keeps the variables of the moment in which it is made.
      client = Deno.createHttpClient({});
    }
    return fetch(input, client === undefined ? init : { ...init, client });
  };
}
