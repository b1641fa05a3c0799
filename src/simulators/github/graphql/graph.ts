import type { Actor } from "../state/people.ts";
import type { RateLimit } from "../rest/mod.ts";
import type { Urls } from "../state/urls.ts";
import type { World } from "../state/world.ts";

/** What every object of the graph is made from. */
export interface Graph {
  readonly world: World;
  readonly urls: Urls;
  readonly actor: Actor;
  readonly rate: RateLimit;
}
