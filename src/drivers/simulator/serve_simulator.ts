import { AppError } from "../../core/errors.ts";
import type { Simulator } from "./simulator.ts";

/** A served simulator. */
export interface ServedSimulator {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** An answer that breaks off: the nearest to a dropped connection that the server allows. */
function dropped(): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.error(new TypeError("connection reset by the simulator"));
    },
  });
  return new Response(body, { status: 502, headers: { "content-length": "1000000" } });
}

/** Serves a simulator over HTTP on 127.0.0.1; port 0 takes a free one. Throws AppError `port_taken`. */
export function serveSimulator(simulator: Simulator, options: { readonly port: number }): ServedSimulator {
  const answer = async (request: Request): Promise<Response> => {
    try {
      return await simulator.handle(request);
    } catch (error) {
      if (request.signal.aborted || error instanceof TypeError) return dropped();
      throw error;
    }
  };
  try {
    const server = Deno.serve({ port: options.port, hostname: "127.0.0.1", onListen() {} }, answer);
    return {
      url: `http://127.0.0.1:${server.addr.port}`,
      stop: () => server.shutdown(),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new AppError("port_taken", `Serving the simulator: port ${options.port} is taken`, {
      hint: "Give another one with --port, or 0 for any free one",
      cause: error,
    });
  }
}
