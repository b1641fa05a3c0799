import { AppError } from "../../lib/errors.ts";
import { prNumber } from "../../lib/ids.ts";
import { parseTtl } from "../../environments/core/labels/mod.ts";
import { type BoardSource, renderBoard } from "./board_page.ts";
import type { Site } from "./site.ts";

/** Adds the board of environments to a site, at `/environments`. */
export function addBoard(site: Site, board: BoardSource): void {
  const { app } = site;
  app.get("/environments", async (context) => {
    const listing = await board.list(site.signal);
    return site.page(context, { title: "Environments", content: renderBoard(board, listing) });
  });
  app.post("/environments/:number{[0-9]{1,9}}/:what{stop|extend}", async (context) => {
    const { number, what } = context.req.param();
    const form = await context.req.parseBody();
    const ttl = parseTtl(String(form["ttl"]));
    const [pr, { stop, extend }] = [prNumber(Number(number)), board];
    const act = async () => {
      if (what === "stop" && stop !== undefined) return await stop(pr);
      if (what === "extend" && extend !== undefined && ttl !== undefined) return await extend(pr, ttl);
      throw new AppError("bad_form", `Changing the environments of #${number}: this page cannot do that`);
    };
    return await site.change(context, { act, back: "/environments" });
  });
}
