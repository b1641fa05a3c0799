import type { HookEvent, Seed } from "../seed/seed.ts";

/** The time that a receiver has for its answer, as GitHub gives it, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** A webhook that was sent. */
export interface Delivery {
  /** The id in the header `X-GitHub-Delivery`. */
  readonly id: string;
  readonly url: string;
  readonly event: HookEvent;
  readonly action: string;
  /** The HTTP status of the answer; 0 if the receiver did not answer within 10 seconds. */
  readonly status: number;
}

/** Sends the webhooks of a seed. Each receiver gets them one after the other, in the order of the events. */
export class HookSender {
  readonly #hooks: Seed["hooks"];
  readonly #queues = new Map<string, Promise<void>>();
  readonly #deliveries: Delivery[] = [];

  constructor(hooks: Seed["hooks"]) {
    this.#hooks = hooks;
  }

  /** Returns the deliveries that were answered or given up, oldest first. */
  list(): readonly Delivery[] {
    return [...this.#deliveries];
  }

  /**
   * Queues an event for every receiver that subscribes to it. `payload` is sent as it is now. A failure is not tried
   * again, as on GitHub.
   */
  send(event: HookEvent, payload: Readonly<Record<string, unknown>>): void {
    const body = new TextEncoder().encode(JSON.stringify(payload));
    for (const hook of this.#hooks.filter(({ events }) => events.includes(event))) {
      const before = this.#queues.get(hook.url) ?? Promise.resolve();
      this.#queues.set(
        hook.url,
        before.then(() => this.#deliver(event, { hook, body, action: String(payload["action"]) })),
      );
    }
  }

  /** Settles when everything that is queued has been sent. */
  async sent(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  async #deliver(
    event: HookEvent,
    { hook, body, action }: {
      readonly hook: Seed["hooks"][number];
      readonly body: Uint8Array<ArrayBuffer>;
      readonly action: string;
    },
  ): Promise<void> {
    const id = crypto.randomUUID();
    const delivery = { id, url: hook.url, event, action } as const;
    const headers = {
      "accept": "*/*",
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/showtime-simulator",
      "x-github-delivery": id,
      "x-github-event": delivery.event,
      "x-github-hook-installation-target-type": "repository",
      ...(hook.secret === undefined ? {} : { "x-hub-signature-256": await sign(hook.secret, body) }),
    };
    let status = 0;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(hook.url, { method: "POST", headers, body, redirect: "manual", signal });
      await answer.body?.cancel();
      status = answer.status;
    } catch {
      // The receiver is away. The list of deliveries says so.
    }
    this.#deliveries.push({ ...delivery, status });
  }
}

/** Signs the raw bytes of a body as GitHub does: `sha256=` and the HMAC in hex. */
async function sign(secret: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, [
    "sign",
  ]);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, body));
  return `sha256=${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
