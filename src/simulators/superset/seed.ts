/** The beginning of a simulated Superset, as a JSON document. */

import * as z from "zod";
import type { Tree } from "../../assets/core/tree.ts";
import { flag, list, must, object, oneOf, text, wholeNumber } from "../github/json/fields.ts";
import { readJson } from "../github/json/read_json.ts";
import { type Profile, PROFILES } from "./state/kinds.ts";
import { type Role, ROLES, type User } from "./state/users.ts";

/** The beginning of a server. */
export interface Seed {
  readonly profile: Profile;
  /** Beside admin/admin. */
  readonly users: readonly User[];
  readonly publicRole: boolean;
  /** The largest page of a list, as an administrator may lower it. */
  readonly pageCap: number;
  readonly tokenSeconds: number;
  /** Ids begin above this number, so that those of two servers differ. */
  readonly lastId: number;
  /** UUIDs of charts and dashboards that an alert uses. */
  readonly alerts: readonly string[];
  /** Files as Superset's ZIPs have them, by path: a tree, or text that is YAML. */
  readonly files: Readonly<Record<string, Tree>>;
}

const schema = object({
  profile: oneOf(PROFILES).exactOptional(),
  users: list(object({ username: text(), password: text(), role: oneOf(ROLES) })).exactOptional(),
  public_role: flag().exactOptional(),
  page_cap: wholeNumber(1).exactOptional(),
  token_seconds: wholeNumber(1).exactOptional(),
  last_id: wholeNumber(0).exactOptional(),
  alerts: list(text()).exactOptional(),
  files: z.record(z.string(), z.unknown(), { error: must("an object") }).exactOptional(),
});

/** Reads a seed. Throws AppError `bad_seed` (exit code 2) that names every problem with its path. */
export function parseSeed(json: unknown): Seed {
  const read = readJson(schema, json, {
    code: "bad_seed",
    action: "Reading the seed",
    hint: "docs/assets.md describes it",
  });
  const others = (read.users ?? []).map((user, index) => ({ ...user, id: index + 2 }));
  return {
    profile: read.profile ?? "6.1",
    users: [{ id: 1, username: "admin", password: "admin", role: "Admin" satisfies Role }, ...others],
    publicRole: read.public_role ?? false,
    pageCap: read.page_cap ?? 100,
    tokenSeconds: read.token_seconds ?? 900,
    lastId: read.last_id ?? 0,
    alerts: read.alerts ?? [],
    files: (read.files ?? {}) as Readonly<Record<string, Tree>>,
  };
}
