import type { ContextStore, NextVersion } from "../../../src/contexts/ports/context_store.ts";
import type { Http } from "../../../src/ports/http.ts";

/** Thrown into a process at its death, and at everything that it tries afterwards. */
export class Death extends Error {
  override readonly name = "Death";
}

/** Where a process dies: before or after a version is committed, or after a request was answered. */
export type DeathPoint =
  | { readonly at: "before" | "after"; readonly step: "intent" | "done" | "failed"; readonly handler: string }
  | { readonly at: "answer"; readonly handler: number };

/**
 * Makes the store and HTTP of a process that dies at a point. The dead one gives no key back and stops
 * beating.
 */
export function makeMortal(
  { store, http }: { readonly store: ContextStore; readonly http: Http },
  point: DeathPoint,
): { readonly store: ContextStore; readonly http: Http; readonly died: () => boolean } {
  let dead = false;
  let answers = 0;
  function die(): never {
    dead = true;
    throw new Death("the process died");
  }
  function alive(): void {
    if (dead) die();
  }
  const isPoint = (when: "before" | "after", { newest }: NextVersion) =>
    point.at === when && newest.event?.step === point.step && newest.event.handler === point.handler;
  const mortal: ContextStore = {
    ...store,
    read: (...given) => (alive(), store.read(...given)),
    async commit(next, signal) {
      alive();
      if (isPoint("before", next)) die();
      const done = await store.commit(next, signal);
      if (done && isPoint("after", next)) die();
      return done;
    },
    claim: (...given) => (alive(), store.claim(...given)),
    swapClaim: (...given) => (alive(), store.swapClaim(...given)),
  };
  return {
    store: mortal,
    died: () => dead,
    http: {
      async send(request, signal) {
        alive();
        const answer = await http.send(request, signal);
        if (point.at === "answer" && answers++ === point.handler) die();
        return answer;
      },
    },
  };
}
