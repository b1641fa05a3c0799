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
import { environmentRoutes } from "./environment_routes.ts";
import { healthRoutes } from "./health_routes.ts";
import { olderRoutes } from "./older_routes.ts";
import type { ServerContext } from "./server_context.ts";
import { workerRoutes } from "./worker_routes.ts";

/** Makes the interface. The pages are mounted beside it. */
export function makeServerApp(context: ServerContext): Hono {
  const app = new Hono();
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
  app.route("/", healthRoutes(context));
  app.route("/", olderRoutes(context));
  app.route("/api/v1", buildRoutes(context));
  app.route("/api/v1", environmentRoutes(context));
  app.route("/api/v1", workerRoutes(context));
  return app;
}
