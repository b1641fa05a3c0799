import type {
  DeployedSettings,
  Flags,
  PlatformSleep,
  SleepCause,
} from "../../environments/core/environment/environment.ts";
import { parseSleepCause } from "../../environments/core/sleep/mod.ts";
import {
  type OwnerMarks,
  readRepositoryId,
  readSeconds,
} from "../../environments/core/environment/ownership.ts";
import type { DeploySpec } from "../../environments/ports/platform.ts";

/** Tags of a resource by key. */
export type Tags = Readonly<Record<string, string>>;

/** The most characters that AWS allows in a tag's value. */
const MAX_VALUE = 256;
/**
 * The tags that hold the flags. They have room for all flags that the labels and the body of one pull request
 * can set, and together with the other tags stay below the 50 that AWS allows. A flag without room would look
 * changed forever.
 */
const FLAG_TAGS = Array.from(
  { length: 30 },
  (_, index) => `showtime_flags${index === 0 ? "" : `_${index + 1}`}`,
);

/**
 * The tags that record a deployment. {@link deployedTags} writes them; {@link readDeployed} reads the
 * settings.
 */
export const DEPLOYED_TAGS: readonly string[] = [
  "github_user",
  "showtime_expires",
  "showtime_size",
  "showtime_image",
  "showtime_login",
  "showtime_url",
  ...FLAG_TAGS,
];

/**
 * The tag with the revision for which an update of the service was last finished. If the service runs another
 * revision, a run died during an update or is still updating, and `finishUpdate()` has work to do. A service
 * without this tag counts as finished: another tool or an older version made it.
 */
export const SETTLED_TAG = "showtime_settled";

/** The tag of a service with the ARN of the listener whose rules lead to it. */
export const LISTENER_TAG = "showtime_listener";

/** The value of {@link SETTLED_TAG} while an update is unfinished, whichever revision runs. */
export const NOT_SETTLED = "0";

/** The tag of a service that sleeps: why, and since when in seconds since 1970, as `schedule:1700000000`. */
export const SLEEP_TAG = "showtime_asleep";

/** The tag with the time at which a service was last woken, in seconds since 1970. */
export const WOKEN_TAG = "showtime_woken";

/** The tag with the seconds that a service has slept since it was created, its present sleep left out. */
export const SLEPT_TAG = "showtime_slept";

/**
 * Returns the tags of a service that is awake from `at` on: the end of its sleep, and for how long it has slept by then.
 * Nothing for a service that has never slept. `createdAt` is the time that its life counts from now on.
 */
export function awakeTags(
  tags: Tags,
  { at, createdAt }: { readonly at: number; readonly createdAt?: number },
): Tags {
  if (tags[SLEEP_TAG] === undefined) return {};
  const since = parseSleepTag(tags[SLEEP_TAG])?.since ?? at;
  const born = readSeconds(tags["showtime_created"]);
  const before = createdAt === undefined || born === undefined || createdAt - born < 1000
    ? Math.max(0, at - since) + readSlept(tags)
    : 0;
  return { [SLEEP_TAG]: "", [SLEPT_TAG]: String(Math.floor(before / 1000)) };
}

/** Reads for how long a service has slept, its present sleep left out, in milliseconds. */
export function readSlept(tags: Tags): number {
  return readSeconds(tags[SLEPT_TAG]) ?? 0;
}

/** Formats the value of {@link SLEEP_TAG}. */
export function formatSleepTag(
  { cause, since }: { readonly cause: SleepCause; readonly since: number },
): string {
  return `${cause}:${Math.floor(since / 1000)}`;
}

/** Parses the value of {@link SLEEP_TAG}; undefined for a service that does not sleep. */
export function parseSleepTag(value: string | undefined): PlatformSleep | undefined {
  if (value === undefined || value === "") return undefined;
  const [cause, since] = value.split(":");
  return { marked: true, cause: parseSleepCause(cause), since: readSeconds(since) };
}

/**
 * The tag of a new service with the state of its hook `after_start`. While it is `pending`, the service has served
 * nobody.
 */
export const HOOK_TAG = "showtime_hook";

/** The words for a service that waits for the end of its hook. */
export const HOOK_PENDING = "after_start has not ended";

/** Whether a new service waits for the end of its hook, or a run died while it waited. */
export function isHookPending(tags: Tags): boolean {
  return tags[HOOK_TAG] === "pending";
}

/**
 * Returns the tags that mark a service or task definition as Showtime's and name its pull request and commit.
 */
export function identityTags(spec: DeploySpec): Tags {
  return {
    showtime_managed: "true",
    pr: String(spec.pr),
    sha: spec.sha,
    showtime_epoch: String(spec.epoch),
    showtime_repo: spec.repo,
    ...(spec.repoId === undefined ? {} : { showtime_repo_id: String(spec.repoId) }),
    showtime_created: String(Math.floor(spec.createdAt / 1000)),
  };
}

/** Returns the tags that record what was deployed. */
export function deployedTags(spec: DeploySpec): Tags {
  const { settings } = spec;
  return {
    ...(spec.requestedBy === undefined ? {} : { github_user: encodeTagValue(spec.requestedBy) }),
    ...(spec.expiresAt === undefined ? {} : { showtime_expires: String(Math.floor(spec.expiresAt / 1000)) }),
    showtime_size: encodeTagValue(settings.size),
    showtime_image: encodeTagValue(spec.image),
    ...(settings.login === undefined ? {} : { showtime_login: encodeTagValue(settings.login) }),
    ...(settings.url === undefined ? {} : { showtime_url: encodeTagValue(settings.url) }),
    ...flagTags(settings.flags),
  };
}

/**
 * Reads the deployed settings from tags. The size is empty if no tag has it, as on a service of another tool.
 */
export function readDeployed(tags: Tags): DeployedSettings {
  const login = decodeTagValue(tags["showtime_login"] ?? "");
  const url = decodeTagValue(tags["showtime_url"] ?? "");
  return {
    size: decodeTagValue(tags["showtime_size"] ?? ""),
    flags: readFlags(tags),
    login: login === "" ? undefined : login,
    ...(url === "" ? {} : { url }),
  };
}

/** Reads the repository that something was made for. */
export function readOwner(tags: Tags): Required<OwnerMarks> {
  return { repo: tags["showtime_repo"], repoId: readRepositoryId(tags["showtime_repo_id"]) };
}

/**
 * Encodes a text with the characters that a tag's value may have: letters, digits, spaces and `_.:/=+-@`.
 * Every other character, and `=` itself, becomes `=` and two hex digits for each of its bytes. A longer value
 * is cut at 256 characters. {@link decodeTagValue} reads it back.
 */
export function encodeTagValue(text: string): string {
  const parts = Array.from(text, (character) => {
    if (/^[A-Za-z0-9 _.:/+\-@]$/.test(character)) return character;
    return Array.from(
      new TextEncoder().encode(character),
      (byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join("");
  });
  let value = "";
  for (const part of parts) {
    if (value.length + part.length > MAX_VALUE) break;
    value += part;
  }
  return value;
}

/** Decodes a value of {@link encodeTagValue}. A value that another tool wrote is returned unchanged. */
export function decodeTagValue(value: string): string {
  return value.replace(/(?:=[0-9A-F]{2})+/g, (run) => {
    const bytes = run.slice(1).split("=").map((digits) => parseInt(digits, 16));
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes));
    } catch {
      return run;
    }
  });
}

/**
 * Formats flags as `A+ B-`: A is on, B is off. A value that ends in `/` continues in the next tag. After a
 * value without `/`, any further tag is left over from an earlier deployment.
 */
function flagTags(flags: Flags): Tags {
  const values = [""];
  for (const [name, on] of Object.entries(flags)) {
    const word = `${name}${on ? "+" : "-"} `;
    const last = values.at(-1) ?? "";
    if (last.length + word.length < MAX_VALUE) values[values.length - 1] = last + word;
    else values.push(word);
  }
  const tags = values.slice(0, FLAG_TAGS.length).map((value, index, all) =>
    [FLAG_TAGS[index] ?? "", index < all.length - 1 ? `${value}/` : value.trimEnd()] as const
  );
  return Object.fromEntries(tags);
}

function readFlags(tags: Tags): Flags {
  const flags: Record<string, boolean> = {};
  for (const key of FLAG_TAGS) {
    const value = tags[key] ?? "";
    for (const word of value.split(" ")) {
      const match = /^([A-Z][A-Z0-9_]*)([+-])$/.exec(word);
      if (match?.[1] !== undefined) flags[match[1]] = match[2] === "+";
    }
    if (!value.endsWith("/")) break;
  }
  return flags;
}
