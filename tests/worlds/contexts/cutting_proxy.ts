/** A connection to a server that a test cuts at a chosen moment. */

/** A proxy in front of a port of this machine. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** Cuts the next connection that sends `text`: before the server receives it, or before the client gets the answer. */
  cutAt(text: string, moment: "request" | "answer"): void;
  /** How many connections were cut. */
  readonly cuts: number;
}

/** Starts the proxy. */
export function startCuttingProxy(target: number): CuttingProxy {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const open = new Set<Deno.Conn>();
  let plan: { readonly text: string; readonly moment: "request" | "answer" } | undefined;
  let cuts = 0;

  async function serve(client: Deno.Conn): Promise<void> {
    const server = await Deno.connect({ port: target, hostname: "127.0.0.1" });
    open.add(client).add(server);
    const end = () => {
      for (const each of [client, server]) if (open.delete(each)) each.close();
    };
    let isCutAtAnswer = false;
    const forward = async (
      [from, to]: readonly [Deno.Conn, Deno.Conn],
      mayPass: (bytes: Uint8Array) => boolean,
    ) => {
      const buffer = new Uint8Array(65_536);
      try {
        for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
          const bytes = buffer.slice(0, count);
          if (!mayPass(bytes)) {
            cuts++;
            break;
          }
          for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
        }
      } catch {
        // The other direction has ended.
      }
      end();
    };
    await Promise.all([
      forward([client, server], (bytes) => {
        if (plan === undefined || !new TextDecoder().decode(bytes).includes(plan.text)) return true;
        const { moment } = plan;
        plan = undefined;
        isCutAtAnswer = moment === "answer";
        return moment === "answer";
      }),
      forward([server, client], () => !isCutAtAnswer),
    ]);
  }

  const serving = (async () => {
    const running: Promise<void>[] = [];
    try {
      for await (const client of listener) running.push(serve(client));
    } catch {
      // The listener was closed.
    }
    await Promise.all(running);
  })();
  return {
    port: listener.addr.port,
    cutAt(text, moment) {
      plan = { text, moment };
    },
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const each of [...open]) if (open.delete(each)) each.close();
      await serving;
    },
  };
}
