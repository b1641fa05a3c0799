import type { Context, Hono } from "hono";
import { AppError } from "../../../lib/errors.ts";
import type { Caller } from "../../../pipelines/app/server/identify.ts";
import { allCallerOf } from "../../http/environment_routes.ts";
import type { ServerContext } from "../../http/server_context.ts";
import { type BoardSource, renderBoard } from "../board_page.ts";
import { BOARD, BOARD_FORM, readBoardForm } from "../board_routes.ts";
import type { Html } from "../elements.ts";
import { streamChanges } from "../live_events.ts";

const CHANGES = `${BOARD}/changes`;
const NONE = "The pipelines file lists no repository under environments.repositories.";

/** Adds the board of environments. A key of the role admin stops and extends there. */
export function addEnvironmentBoard(
  app: Hono,
  { server, page, ownPage }: {
    readonly server: ServerContext;
    readonly page: (
      context: Context,
      shown: { readonly title: string; readonly content: Html; readonly changes: string },
    ) => Response | Promise<Response>;
    /** Throws AppError unless a page of this server sent the request. */
    readonly ownPage: (context: Context) => void;
  },
): void {
  const served = server.ports.environments;
  const boardFor = (administrator: Caller | undefined): BoardSource => {
    const repositories = served?.repositories() ?? [];
    const by = administrator?.name;
    return {
      repositories,
      setting: repositories.length === 0 ? [NONE] : [],
      async list() {
        const listing = await served?.list();
        return {
          environments: listing?.environments.map((view) => ({
            repository: view.repository,
            view,
            note: listing.notes.get(view) ?? "",
          })) ?? [],
          incomplete: listing?.incomplete ?? [],
          totals: listing?.totals ?? [],
          now: listing?.now ?? server.ports.clock.now(),
        };
      },
      stop: served === undefined || administrator === undefined
        ? undefined
        : (pull) => served.stop({ ...pull, by }),
      extend: served === undefined || administrator === undefined
        ? undefined
        : (pull, ttl) => served.extend({ ...pull, ttl, by }),
    };
  };

  app.get(BOARD, async (context) => {
    const { raw } = context.req;
    await allCallerOf(server, raw, { action: "read" });
    const board = boardFor(await administratorOf(server, raw));
    const content = renderBoard(board, await board.list(raw.signal));
    return page(context, { title: "Environments", content, changes: CHANGES });
  });
  app.get(CHANGES, async (context) => {
    await allCallerOf(server, context.req.raw, { action: "read" });
    return streamChanges(context, (listener) => served?.watch(listener) ?? (() => {}), server.signal);
  });
  app.post(BOARD_FORM, async (context) => {
    ownPage(context);
    const board = boardFor(await allCallerOf(server, context.req.raw, { action: "administer" }));
    const { act, back } = await readBoardForm(context, board);
    await act();
    return context.redirect(back, 303);
  });
}

/** Returns the caller if the key is an administrator's. */
async function administratorOf(server: ServerContext, request: Request): Promise<Caller | undefined> {
  try {
    return await allCallerOf(server, request, { action: "administer" });
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("key_")) return undefined;
    throw error;
  }
}
