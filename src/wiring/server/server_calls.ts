import { makeServerClient } from "../../drivers/build_server/mod.ts";
import type { ServerCalls } from "../../cli/server_types.ts";

/** Makes the calls to a server. Throws AppError `server_url_invalid` (exit code 2). */
export function makeServerCalls(
  server: { readonly url: string; readonly key: string | undefined },
): ServerCalls {
  const client = makeServerClient(server);
  return {
    ask: (request, signal) => client.ask(request, signal),
    open: (path, signal) => client.open({ method: "GET", path }, signal),
  };
}
