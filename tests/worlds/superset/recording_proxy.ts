/** A proxy before an instance that records requests, and answers some of them itself. */

/** A request as it arrived. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** A running proxy. */
export interface RecordingProxy {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Answers in place of the instance; undefined passes the request on. */
  answer: ((request: RecordedRequest) => Response | undefined) | undefined;
  stop(): Promise<void>;
}

/** Starts a proxy; without a target it answers 404. */
export function startRecordingProxy(target?: string): RecordingProxy {
  const requests: RecordedRequest[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const url = new URL(request.url);
    const recorded = { method: request.method, path: url.pathname + url.search, headers: request.headers };
    requests.push(recorded);
    const body = request.body === null ? undefined : await request.arrayBuffer();
    const own = proxy.answer?.(recorded);
    if (own !== undefined) return own;
    if (target === undefined) return new Response("nothing is here", { status: 404 });
    const headers = new Headers(request.headers);
    headers.delete("host");
    const answer = await fetch(`${target}${recorded.path}`, {
      method: request.method,
      headers,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    const given = new Headers(answer.headers);
    given.delete("content-encoding");
    given.delete("content-length");
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers: given });
  });
  const proxy: RecordingProxy = {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    answer: undefined,
    stop: () => server.shutdown(),
  };
  return proxy;
}
