/** The server that plays Slack in the demo: it prints what arrives. */

import { listenHttp } from "../../tests/worlds/aws/http_listener.ts";

/** A message as it arrived. */
export interface Message {
  readonly text: string;
  /** The value of its header `Idempotency-Key`. */
  readonly key: string;
}

/** The server. */
export interface Slack {
  readonly url: string;
  /** Every message, also one whose sender was killed before the answer. */
  readonly arrived: readonly Message[];
  /** Calls `act` instead of answering the next message with this text. */
  insteadOfAnswering(text: string, act: () => Promise<void>): void;
  close(): Promise<void>;
}

/** Serves on a free port. */
export function serveSlack(): Slack {
  const arrived: Message[] = [];
  const plans = new Map<string, () => Promise<void>>();
  const listener = listenHttp(async ({ headers, body }) => {
    const { channel, text, choices } = JSON.parse(new TextDecoder().decode(body)) as {
      readonly channel: string;
      readonly text: string;
      readonly choices?: Readonly<Record<string, { readonly options: readonly { readonly text: string }[] }>>;
    };
    const key = headers.get("idempotency-key") ?? "";
    const again = arrived.some((each) => each.key === key);
    arrived.push({ text, key });
    const buttons = Object.values(choices ?? {}).flatMap(({ options }) =>
      options.map((each) => ` [${each.text}]`)
    );
    console.log(
      `  ┃ Slack ${channel}: ${text}${buttons.join("")}${
        again ? " (dropped: its Idempotency-Key is known)" : ""
      }`,
    );
    const plan = plans.get(text);
    plans.delete(text);
    if (plan !== undefined) {
      await plan();
      return undefined;
    }
    return {
      status: 200,
      headers: new Headers({ "content-type": "application/json" }),
      body: new TextEncoder().encode(JSON.stringify({ ok: true, ts: `${arrived.length}.0` })),
    };
  });
  return {
    url: listener.url,
    arrived,
    insteadOfAnswering: (text, act) => void plans.set(text, act),
    close: () => listener.close(),
  };
}
