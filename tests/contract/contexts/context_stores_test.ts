import { makeMemoryStore } from "../../worlds/contexts/memory_store.ts";
import { makeStoreWorld } from "../../worlds/contexts/store_world.ts";
import { part } from "../../worlds/require.ts";
import { contextStoreContract } from "./context_store_contract.ts";

const redis = await part("redis");

contextStoreContract({
  name: "memory",
  holdsMany: true,
  make: () => {
    // Each number of kept versions has a store; the contract opens a place with one number only.
    const stores = new Map<number, ReturnType<typeof makeMemoryStore>>();
    return Promise.resolve({
      open({ keep = 50 } = {}) {
        const store = stores.get(keep) ?? makeMemoryStore({ keep });
        stores.set(keep, store);
        return Promise.resolve(store);
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
  test: (title, run) => Deno.test(title, run),
});

for (const kind of ["sqlite", "redis", "yamlfile", "jsonfile"] as const) {
  contextStoreContract({
    name: kind,
    holdsMany: kind === "sqlite" || kind === "redis",
    make: () => makeStoreWorld(kind),
    test: (title, run) => kind === "redis" ? redis.test(title, run) : Deno.test(title, run),
  });
}
