/** Collectors that answer with no HTTP: the connection is refused, or dropped after the request. */

/** Returns the address of a port on which no server listens. */
export function refusedAddress(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return `http://127.0.0.1:${port}`;
}

/** A server that reads some of each request and drops the connection. */
export interface DroppingServer extends AsyncDisposable {
  readonly url: string;
  /** The number of connections that were dropped. */
  dropped(): number;
}

/** Starts a server that drops connections. */
export function startDroppingServer(): DroppingServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let dropped = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1024));
      connection.close();
      dropped++;
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    dropped: () => dropped,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving.catch(() => {});
    },
  };
}
