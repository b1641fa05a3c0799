/** News about environments, recorded and announced as the program does it, without a store. */

import assert from "node:assert/strict";
import { dueEvents, markFired } from "../../../../src/contexts/core/environments/due_events.ts";
import type {
  EnvironmentNews,
  PullNews,
} from "../../../../src/contexts/core/environments/environment_marks.ts";
import { recordEnvironments } from "../../../../src/contexts/core/environments/record_environments.ts";
import { applyOperations } from "../../../../src/contexts/core/tree/operations.ts";
import { toValue, type ValueMap } from "../../../../src/contexts/core/tree/value.ts";

/** A tree without anything. */
export function emptyTree(): ValueMap {
  return new Map();
}

/** A time in seconds after the first one. */
export function time(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 15, 12) + seconds * 1000).toISOString().replace(".000", "");
}

/** An environment that expires after 1,000 seconds. */
export function environment(
  sha: string,
  status: string,
  change: Partial<EnvironmentNews> = {},
): EnvironmentNews {
  const object = toValue({ short_sha: sha, status, url: "http://h:1", expires_at: time(1_000) }) as ValueMap;
  return { sha, status, since: time(0), object, ...change };
}

/** News at a time in seconds. */
export function news(
  at: number,
  environments: readonly EnvironmentNews[],
  change: Partial<PullNews> = {},
): PullNews {
  return { repository: "acme/shop", at: time(at), environments, atWork: false, ended: new Map(), ...change };
}

/** Records the news and announces what is due; returns the tree and the names of the events. */
export function announce(
  tree: ValueMap,
  given: PullNews,
): { readonly tree: ValueMap; readonly fired: string[] } {
  let next = applyOperations(tree, recordEnvironments(tree, given));
  const fired: string[] = [];
  for (const due of dueEvents(next, given)) {
    fired.push(`${due.event} ${due.sha}`);
    const marked = markFired(next, due);
    assert.ok(marked);
    next = applyOperations(next, [marked]);
  }
  return { tree: next, fired };
}

/** Announces the news one after the other; returns the events of each. */
export function play(...all: readonly PullNews[]): readonly (readonly string[])[] {
  let tree = emptyTree();
  return all.map((each) => {
    const result = announce(tree, each);
    tree = result.tree;
    return result.fired;
  });
}
