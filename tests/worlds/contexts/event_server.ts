import { listenHttp } from "../aws/http_listener.ts";

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to the next request. `hang` never answers; `drop` closes the connection without a word. */
export type NextAnswer =
  | "hang"
  | "drop"
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A server that plays Slack and the target of triggers. */
export interface EventServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Puts answers in line. Without one, the answer is 200 with the usual body. */
  answer(...answers: readonly NextAnswer[]): void;
  /** Resolves when so many requests have come in. */
  seen(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Serves on a free port. `usual` is the body of the usual answer. */
export function serveEvents({ usual }: { readonly usual: string }): EventServer {
  const requests: SeenRequest[] = [];
  const waiting: NextAnswer[] = [];
  const watchers = new Map<number, () => void>();
  const ended = Promise.withResolvers<undefined>();
  const listener = listenHttp(async ({ method, path, headers, body }) => {
    requests.push({
      method,
      path,
      headers: Object.fromEntries(headers),
      body: new TextDecoder().decode(body),
    });
    watchers.get(requests.length)?.();
    const answer = waiting.shift() ?? {};
    if (answer === "drop") return undefined;
    if (answer === "hang") return await ended.promise;
    return {
      status: answer.status ?? 200,
      headers: new Headers(answer.headers ?? { "content-type": "application/json" }),
      body: new TextEncoder().encode(answer.body ?? usual),
    };
  });
  return {
    url: listener.url,
    requests,
    answer: (...answers) => void waiting.push(...answers),
    seen: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else watchers.set(count, resolve);
      }),
    async close() {
      ended.resolve(undefined);
      await listener.close();
    },
  };
}
