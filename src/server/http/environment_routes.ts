/** The route about environments. */

import { Hono } from "hono";
import { AppError } from "../../lib/errors.ts";
import { callerOf, type ServerContext } from "./server_context.ts";

/** Makes the route. */
export function environmentRoutes(context: ServerContext): Hono {
  const app = new Hono();
  app.get("/environments", async ({ req, json }) => {
    const { pipelines } = await callerOf(context, req.raw, { action: "read" });
    if (pipelines !== undefined) {
      throw new AppError("key_refused", "Listing environments: the key is limited to pipelines", {
        hint: "Use a key without --pipelines",
      });
    }
    const nothing = { environments: [], incomplete: [] };
    return json(await context.ports.environments?.list(req.raw.signal) ?? nothing);
  });
  return app;
}
