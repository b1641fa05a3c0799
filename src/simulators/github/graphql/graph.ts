import type { RateLimit } from "../rest/mod.ts";
import type { Account } from "../state/people.ts";
import type { LabelEventLabel, Pull } from "../state/records.ts";
import type { Urls } from "../state/urls.ts";
import type { World } from "../state/world.ts";
import type { GqlObject } from "./gql_object.ts";

/** The data that the objects of one request are made from. */
export interface GraphSource {
  readonly world: World;
  readonly urls: Urls;
  readonly actor: Account;
  readonly rate: RateLimit;
}

/**
 * The makers of nodes that lead back to one another, as a commit leads to its pull requests and they to their
 * commits. Node files call these makers and not each other's, so that no file imports another in a circle.
 */
export interface NodeMakers {
  /** The commit of a full SHA; null if it is unknown. */
  commit(sha: string): GqlObject | null;
  label(label: LabelEventLabel): GqlObject;
  pull(pull: Pull): GqlObject;
}

/** The data of one request, and the makers of the nodes that lead through it. */
export interface Graph extends GraphSource {
  readonly nodes: NodeMakers;
}
