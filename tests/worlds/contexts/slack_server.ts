/** A server that takes messages as Slack does, and can be told to fail. */

/** The conduct of the server: it takes messages, answers 500, or does not answer. */
export type SlackMood = "takes" | "fails" | "hangs";

/** A running server. */
export interface SlackServer extends AsyncDisposable {
  readonly url: string;
  /** The texts that arrived, in their order, with those that it did not take. */
  readonly posts: string[];
  /** The idempotency keys of the posts. */
  readonly keys: string[];
  /** The headers `Authorization` of the posts that have one. */
  readonly tokens: string[];
  mood: SlackMood;
}

/** Starts a server on a port of its own. */
export function startSlack(): SlackServer {
  const stop = new AbortController();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal: stop.signal, onListen: () => {} },
    async (request) => {
      const { text } = await request.json();
      slack.posts.push(text);
      slack.keys.push(request.headers.get("idempotency-key") ?? "");
      const token = request.headers.get("authorization");
      if (token !== null) slack.tokens.push(token);
      if (slack.mood === "hangs") {
        await new Promise((resolve) => stop.signal.addEventListener("abort", resolve, { once: true }));
      }
      return slack.mood === "takes"
        ? Response.json({ ok: true, ts: `${slack.posts.length}` })
        : new Response("no", { status: 500 });
    },
  );
  const slack: SlackServer = {
    url: `http://127.0.0.1:${server.addr.port}/post`,
    posts: [],
    keys: [],
    tokens: [],
    mood: "takes",
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
  return slack;
}
