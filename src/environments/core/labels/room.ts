import { LABELS_PER_PULL } from "./limits.ts";
import { parseLabel } from "./parse.ts";

/** The labels that go, in two parts: before the new ones come, and after. */
export interface Removal {
  readonly first: readonly string[];
  readonly later: readonly string[];
}

/** A change of the labels on a pull request, by their names. */
export interface RoomNeeded {
  /** How many labels are on the pull request. */
  readonly present: number;
  /** How many labels come. */
  readonly coming: number;
  /** The labels that go with this change. */
  readonly going: readonly string[];
  /** Labels that go soon in any case: those of commits that are retired. */
  readonly spare: readonly string[];
}

/**
 * Decides which labels go before the new ones come. If there is room for both, none do, so that no reader sees a pull
 * request without a status. Otherwise as many go as are in the way: those of retired commits first, a status last.
 * Undefined if that is not enough.
 */
export function makeRoom({ present, coming, going, spare }: RoomNeeded): Removal | undefined {
  const needed = present + coming - LABELS_PER_PULL;
  if (needed <= 0) return { first: [], later: going };
  const candidates = [
    ...spare.filter((name) => !going.includes(name)).map((name) => ({ name, weight: weightOf(name) })),
    ...going.map((name) => ({ name, weight: weightOf(name) + OF_OTHERS })),
  ].sort((a, b) => a.weight - b.weight);
  if (candidates.length < needed) return undefined;
  const first = candidates.slice(0, needed).map(({ name }) => name);
  return { first, later: going.filter((name) => !first.includes(name)) };
}

/** The weight that is added to labels of commits that stay: more than all labels but a status have. */
const OF_OTHERS = 3;

/** The order in which labels are missed least: facts that the platform knows too, then pointers, the status last. */
function weightOf(name: string): number {
  switch (parseLabel(name).kind) {
    case "requester":
    case "created":
    case "ttl":
      return 0;
    case "address":
    case "active":
      return 2;
    case "status":
    case "unknown_status":
      return 2 * OF_OTHERS;
    default:
      return 1;
  }
}
