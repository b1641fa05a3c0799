/**
 * Passes connections on to a server. A fault can ask for a connection that is dropped without an answer.
 * `Deno.serve` cannot do that, and the relay can.
 */
export class Relay {
  readonly #listener: Deno.TcpListener;
  readonly #target: { readonly hostname: string; readonly port: number };
  /** The clients' connections, by the local port of the connection that passes each one on to the server. */
  readonly #clients = new Map<number, { readonly client: Deno.TcpConn; readonly server: Deno.TcpConn }>();
  readonly #running: Promise<void>;
  #closed = false;

  constructor(listener: Deno.TcpListener, target: { readonly hostname: string; readonly port: number }) {
    this.#listener = listener;
    this.#target = target;
    this.#running = this.#accept();
  }

  /**
   * Breaks the client's connection that is passed on from that local port. It sends a byte that is not HTTP
   * first. Without any byte some clients, Deno's among them, silently send the request again, and the fault
   * would not show.
   */
  async break(port: number): Promise<void> {
    const pair = this.#clients.get(port);
    await pair?.client.write(Uint8Array.of(0)).catch(() => undefined);
    this.#drop(port);
  }

  #drop(port: number): void {
    const pair = this.#clients.get(port);
    if (pair === undefined) return;
    this.#clients.delete(port);
    for (const end of [pair.client, pair.server]) {
      try {
        end.close();
      } catch (error) {
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    for (const port of [...this.#clients.keys()]) this.#drop(port);
    await this.#running;
  }

  async #accept(): Promise<void> {
    const pipes: Promise<void>[] = [];
    try {
      for await (const client of this.#listener) pipes.push(this.#serve(client));
    } finally {
      await Promise.all(pipes);
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect(this.#target);
    client.setNoDelay(true);
    server.setNoDelay(true);
    const { port } = server.localAddr;
    this.#clients.set(port, { client, server });
    // A connection that was accepted right before the end must not be waited for.
    if (this.#closed) return this.#drop(port);
    // When one end closes, the other is closed too, so that it does not wait for a peer that is gone.
    const ends = [client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)];
    await Promise.race(ends.map((end) => end.catch(() => undefined)));
    this.#drop(port);
    await Promise.allSettled(ends);
  }
}
