/** The route about environments. */

import { Hono } from "hono";
import { AppError } from "../../lib/errors.ts";
import type { Caller } from "../../pipelines/app/server/identify.ts";
import { callerOf, type ServerContext } from "./server_context.ts";

/** Makes the route. */
export function environmentRoutes(context: ServerContext): Hono {
  const app = new Hono();
  app.get("/environments", async ({ req, json }) => {
    await allCallerOf(context, req.raw, { action: "read" });
    const { environments, incomplete } = await context.ports.environments?.list() ??
      { environments: [], incomplete: [] };
    return json({ environments, incomplete });
  });
  return app;
}

/** Identifies a caller whose key is for the whole server. Throws AppError `key_missing` or `key_refused`. */
export async function allCallerOf(
  context: ServerContext,
  request: Request,
  asked: { readonly action: "read" | "administer" },
): Promise<Caller> {
  const caller = await callerOf(context, request, asked);
  if (caller.pipelines === undefined) return caller;
  throw new AppError("key_refused", "Asking for environments: the key is limited to pipelines", {
    hint: "Use a key without --pipelines",
  });
}
