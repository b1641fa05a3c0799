import { eitherSignal } from "../../../lib/either_signal.ts";
import { AppError, EXIT } from "../../../lib/errors.ts";
import type { ContextId } from "../../core/context_id.ts";
import type { Claim } from "../../core/events/claim.ts";
import { readContext } from "../read_context.ts";
import type { EventPorts } from "./event_ports.ts";

/** The pause between two beats of a holder, in milliseconds. */
const BEAT_MS = 3_000;
/** How long a holder goes on while the store takes no beat. It has ended before others take it for dead. */
const PATIENCE_MS = 10_000;
/**
 * The pause between two looks at another holder's beat, and how long that stays the same after the holder's
 * death.
 */
const LOOK_MS = 1_000;
const DEAD_AFTER_MS = 15_000;
/** How long giving the key back may take after the call was interrupted. */
const GOODBYE_MS = 5_000;

type HoldPorts = Pick<EventPorts, "store" | "clock">;

/** The key to hold and the work to do meanwhile. */
export interface HeldWork<T> {
  readonly id: ContextId;
  /** The name of the claim in the store. */
  readonly name: string;
  /** The signal also aborts when the key is lost. `confirm` throws unless the key is still held. */
  readonly work: (confirm: () => Promise<void>, signal: AbortSignal) => Promise<T>;
}

/**
 * Works while it holds an event's key, and gives the key back. A holder whose beat does not change for 15 s
 * of watching has died: its key is taken over. No clocks are compared. Throws AppError `key_held` if another
 * call holds the key, and `key_lost` if this call could not keep it (exit code 4).
 */
export async function holdKey<T>(
  ports: HoldPorts,
  { id, name, work }: HeldWork<T>,
  signal: AbortSignal,
): Promise<T> {
  const place = { id, name };
  const hold = new Hold(ports, { ...place, claim: await take(ports, place, signal) });
  const lost = new AbortController();
  const ended = new AbortController();
  const beating = hold.keep(eitherSignal(signal, ended.signal)).catch((error) => lost.abort(error));
  const both = eitherSignal(signal, lost.signal);
  try {
    return await work(() => hold.beat(both), both);
  } finally {
    ended.abort(new Error("the work ended"));
    await beating;
    // A key that is lost belongs to another call, or the store does not answer.
    if (!lost.signal.aborted) await hold.release(signal.aborted ? AbortSignal.timeout(GOODBYE_MS) : signal);
  }
}

interface KeyPlace {
  readonly id: ContextId;
  readonly name: string;
}

async function take(
  { store, clock }: HoldPorts,
  { id, name }: KeyPlace,
  signal: AbortSignal,
): Promise<Claim> {
  const mine: Claim = { holder: crypto.randomUUID(), beat: 0 };
  for (;;) {
    const from = await store.claim(id, name, signal);
    const state = from === undefined ? "free" : await watch(from);
    if (state === "alive") throw keyHeld(name);
    if (state === "ended") continue;
    if (await store.swapClaim(id, { key: name, from, to: mine }, signal)) return mine;
    if (state === "dead") throw keyHeld(name);
    // Another call was faster, or the context was deleted.
    await readContext(store, id, signal);
  }

  async function watch(first: Claim): Promise<"alive" | "ended" | "dead"> {
    for (let watched = 0; watched < DEAD_AFTER_MS; watched += LOOK_MS) {
      await clock.sleep(LOOK_MS, signal);
      const next = await store.claim(id, name, signal);
      if (next === undefined) return "ended";
      if (next.holder !== first.holder || next.beat !== first.beat) return "alive";
    }
    return "dead";
  }
}

/** A key that this call holds. Its beats take place one after the other. */
class Hold {
  readonly #ports: HoldPorts;
  readonly #place: KeyPlace;
  #claim: Claim;
  #last: Promise<void> = Promise.resolve();

  constructor(ports: HoldPorts, { claim, ...place }: KeyPlace & { readonly claim: Claim }) {
    this.#ports = ports;
    this.#place = place;
    this.#claim = claim;
  }

  /** Beats until the signal aborts. Throws if the key is lost, or the store takes no beat for too long. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    let beatenAt = clock.now();
    while (!signal.aborted) {
      try {
        await clock.sleep(BEAT_MS, signal);
        const began = clock.now();
        await this.#beatInTime(signal);
        beatenAt = began;
      } catch (error) {
        if (signal.aborted) return;
        const passing = error instanceof AppError && error.code !== "key_lost";
        if (!passing || clock.now() - beatenAt > PATIENCE_MS) throw error;
      }
    }
  }

  /** Beats once. Throws AppError `key_lost` if the store does not answer in time. */
  async #beatInTime(signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const late = this.#ports.clock.sleep(PATIENCE_MS, eitherSignal(signal, timer.signal)).then(() => {
      throw keyLost(this.#place.name);
    });
    try {
      await Promise.race([this.beat(signal), late]);
    } finally {
      timer.abort(new Error("the beat ended"));
    }
  }

  /** Beats once. Throws AppError `key_lost` if another call holds the key. */
  beat(signal: AbortSignal): Promise<void> {
    const next = this.#last.then(() => this.#swap(signal));
    this.#last = next.catch(() => {});
    return next;
  }

  async #swap(signal: AbortSignal): Promise<void> {
    const { id, name } = this.#place;
    const to: Claim = { holder: this.#claim.holder, beat: this.#claim.beat + 1 };
    if (!await this.#ports.store.swapClaim(id, { key: name, from: this.#claim, to }, signal)) {
      // An earlier swap may have taken place although its answer was lost.
      const there = await this.#ports.store.claim(id, name, signal);
      if (there?.holder !== to.holder) throw keyLost(name);
      this.#claim = there;
      return;
    }
    this.#claim = to;
  }

  /** Gives the key back. A key that cannot be given back counts as that of a dead holder after a while. */
  async release(signal: AbortSignal): Promise<void> {
    await this.#last;
    const { id, name } = this.#place;
    try {
      await this.#ports.store.swapClaim(id, { key: name, from: this.#claim, to: undefined }, signal);
    } catch {
      // The work is done, and its result is stored.
    }
  }
}

function keyHeld(name: string): AppError {
  return new AppError("key_held", `Firing the event ${name}: another call with this key is at work`, {
    exitCode: EXIT.busy,
    retryable: true,
    hint: "Run it again after that call: it does what is left then",
  });
}

function keyLost(name: string): AppError {
  return new AppError("key_lost", `Firing the event ${name}: another call took the key over`, {
    exitCode: EXIT.busy,
    hint: "This call did not renew its key for a while. Run it again: it does what is left then",
  });
}
