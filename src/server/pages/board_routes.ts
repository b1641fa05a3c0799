import type { Context } from "hono";
import { AppError } from "../../lib/errors.ts";
import { prNumber } from "../../lib/ids.ts";
import { parseTtl } from "../../environments/core/labels/mod.ts";
import { type BoardSource, renderBoard } from "./board_page.ts";
import type { Change, Site } from "./site.ts";

/** The path of the board. */
export const BOARD = "/environments";
/** The path of a form on the board. */
export const BOARD_FORM = "/environments/:owner/:name/:number{[1-9][0-9]{0,8}}/:what{stop|extend}";

/** Adds the board of environments to a site. */
export function addBoard(site: Site, board: BoardSource): void {
  const { app } = site;
  app.get(BOARD, async (context) => {
    const listing = await board.list(site.signal);
    return site.page(context, { title: "Environments", content: renderBoard(board, listing) });
  });
  app.post(BOARD_FORM, async (context) => site.change(context, await readBoardForm(context, board)));
}

/** Reads a form of the board. Its change throws AppError `bad_form` if the reader may not make it. */
export async function readBoardForm(context: Context, board: BoardSource): Promise<Change> {
  const { owner = "", name = "", number = "", what } = context.req.param();
  const form = await context.req.parseBody();
  const ttl = parseTtl(String(form["ttl"]));
  const pull = { repository: `${owner}/${name}`, pr: prNumber(Number(number)) };
  const { stop, extend } = board;
  return {
    async act() {
      if (what === "stop" && stop !== undefined) return await stop(pull);
      if (what === "extend" && extend !== undefined && ttl !== undefined) return await extend(pull, ttl);
      throw new AppError(
        "bad_form",
        `Changing the environments of ${pull.repository}#${number}: this page cannot do that`,
      );
    },
    back: BOARD,
  };
}
