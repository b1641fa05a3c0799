/**
 * Passes connections on to a server behind it. `Deno.serve` cannot drop a connection without an answer, which is just
 * what a fault may ask for: the relay can.
 */
export class Relay {
  readonly #listener: Deno.TcpListener;
  readonly #target: { readonly hostname: string; readonly port: number };
  /** Connections of clients, by the port from which theirs goes on to the server. */
  readonly #clients = new Map<number, { readonly client: Deno.TcpConn; readonly server: Deno.TcpConn }>();
  readonly #running: Promise<void>;

  constructor(listener: Deno.TcpListener, target: { readonly hostname: string; readonly port: number }) {
    this.#listener = listener;
    this.#target = target;
    this.#running = this.#accept();
  }

  /**
   * Breaks the connection whose way to the server begins at that port. A byte that is no HTTP goes first: after none at
   * all some clients, Deno's among them, silently send the request again, and nobody would see the fault.
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
    // Either end that closes takes the other with it: neither waits for a peer that is gone.
    const ends = [client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)];
    await Promise.race(ends.map((end) => end.catch(() => undefined)));
    this.#drop(port);
    await Promise.allSettled(ends);
  }
}
