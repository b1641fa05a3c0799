/**
 * The pages that people look at: the board of environments, and the pull requests of the simulator. HTML is made here,
 * and works without a script. Nothing here decides about environments or knows the simulator: sources say what is
 * shown and do what is asked. No page has an asset from elsewhere, and no change answers to GET.
 *
 * A {@link Site} gives all pages one look; {@link addBoard} and {@link addPulls} add pages to it.
 *
 * @module
 */

export type { BoardPull, BoardSource } from "./board_page.ts";
export { addBoard } from "./board_routes.ts";
export { addPulls } from "./pull_routes.ts";
export type { Checks, Deed, PullModel, PullSource } from "./pull_model.ts";
export { Site, type SiteOptions } from "./site.ts";
