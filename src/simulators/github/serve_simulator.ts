import { AppError } from "../../lib/errors.ts";
import { Relay } from "./control/relay.ts";

/** The part of a simulator that is served. It rejects with TypeError for a request whose connection is dropped. */
export interface Served {
  readonly handle: (request: Request) => Promise<Response>;
}

/** A served simulator. */
export interface ServedSimulator {
  /** The address, `http://127.0.0.1:<port>` without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";

/**
 * Serves a simulator over HTTP on 127.0.0.1. Port 0 takes a free port. Throws AppError `port_taken` if the
 * port is taken.
 */
export function serveSimulator(simulator: Served, options: { readonly port: number }): ServedSimulator {
  const listener = listen(options.port);
  const abort = new AbortController();
  const answer = async (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response> => {
    try {
      return await simulator.handle(request);
    } catch (error) {
      await relay.break(info.remoteAddr.port);
      if (error instanceof TypeError || error instanceof DOMException) {
        return new Response(null, { status: 502 });
      }
      throw error;
    }
  };
  const server = Deno.serve({ port: 0, hostname: HOST, onListen() {}, signal: abort.signal }, answer);
  const relay = new Relay(listener, { hostname: HOST, port: server.addr.port });
  const { port } = listener.addr;
  return {
    url: `http://${HOST}:${port}`,
    async stop() {
      await relay.close();
      abort.abort();
      await server.finished;
    },
  };
}

function listen(port: number): Deno.TcpListener {
  try {
    return Deno.listen({ port, hostname: HOST });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new AppError("port_taken", `Serving the simulator: port ${port} is taken`, {
      hint: "Choose another port with --port, or use --port 0 for any free port",
      cause: error,
    });
  }
}
