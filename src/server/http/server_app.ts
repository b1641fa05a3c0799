/**
 * The HTTP interface of the server.
 *
 * What must not happen here: a rule about builds (they are in `src/pipelines/app/server`), or an answer to a request
 * whose origin and key were not looked at. Next: `build_routes.ts`, `worker_routes.ts`, `older_routes.ts`.
 *
 * @module
 */

import { Hono } from "hono";
import { AppError } from "../../lib/errors.ts";
import { answerError } from "./answer_error.ts";
import { buildRoutes } from "./build_routes.ts";
import { ClaimLatency } from "./claim_latency.ts";
import { environmentRoutes } from "./environment_routes.ts";
import { healthRoutes } from "./health_routes.ts";
import { olderRoutes } from "./older_routes.ts";
import { openApi } from "./openapi.ts";
import { refuseForeign } from "./refuse_foreign.ts";
import { type ServerBindings, type ServerContext, wayOf } from "./server_context.ts";
import { serverPages } from "../pages/builds/server_pages.ts";
import { workerRoutes } from "./worker_routes.ts";

/** Makes the interface. Its second argument of `fetch` has the sender's address. It has the pages, too. */
export function makeServerApp(
  options: Omit<ServerContext, "latency">,
): Hono<{ Bindings: ServerBindings }> {
  const context = { ...options, latency: new ClaimLatency() };
  const app = new Hono<{ Bindings: ServerBindings }>();
  app.use(async ({ req, env }, next) => {
    // Those who watch the server ask from anywhere, and learn nothing.
    if (req.path !== "/healthz") refuseForeign(req.raw, wayOf(context, env?.remote));
    await next();
  });
  app.onError((error) => {
    if (!(error instanceof AppError)) context.onFailure(error);
    return answerError(error);
  });
  app.notFound(({ req }) =>
    answerError(
      new AppError("path_unknown", `Asking the server: there is no ${req.method} ${req.path}`, {
        hint: "GET /api/v1/openapi.json lists what there is",
      }),
    )
  );
  app.get("/api/v1/openapi.json", ({ json }) => json(openApi()));
  app.route("/", healthRoutes(context));
  app.route("/", olderRoutes(context));
  app.route("/api/v1", buildRoutes(context));
  app.route("/api/v1", environmentRoutes(context));
  app.route("/api/v1", workerRoutes(context));
  app.route("/", serverPages(context));
  return app;
}
