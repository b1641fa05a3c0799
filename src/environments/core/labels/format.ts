import { parseAddress } from "./address.ts";
import { formatCreated } from "./created.ts";
import type { Label } from "./label.ts";
import { LABEL_NAME_UNITS } from "./limits.ts";
import { shortenLogin } from "./login.ts";
import { isFlag, parseLabel } from "./parse.ts";
import { SIGNS, TENT } from "./signs.ts";
import { formatTtl } from "./ttl.ts";

/**
 * Formats a label in its canonical form, at most 50 UTF-16 units. A login that is too long is cut and ends in
 * `…`. Throws RangeError for a label that has no form: its flag or address is invalid or too long, or
 * `parseLabel()` would not read it back.
 */
export function formatLabel(label: Label): string {
  const name = spell(label);
  if (name.length > LABEL_NAME_UNITS) {
    throw new RangeError(
      `Writing a label: "${name}" has ${name.length} units, ${LABEL_NAME_UNITS} is the most`,
    );
  }
  if (parseLabel(name).kind !== label.kind) {
    throw new RangeError(`Writing a label: "${name}" would not be read back as ${label.kind}`);
  }
  return name;
}

/** Whether `formatLabel()` has a form for this label. */
export function fitsLabel(label: Label): boolean {
  try {
    formatLabel(label);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function spell(label: Label): string {
  switch (label.kind) {
    case "trigger":
      if (label.trigger === "sleep") return `${TENT} ${SIGNS.sleep} showtime-sleep`;
      return `${TENT} ${SIGNS[label.trigger]} showtime-trigger-${label.trigger}`;
    case "freeze":
    case "blocked":
      return `${TENT} ${SIGNS[label.kind]} showtime-${label.kind}`;
    case "flag":
      return `${TENT} conf-${label.on ? "enable" : "disable"}-${spellFlag(label.flag)}`;
    case "pr_ttl":
      return `${TENT} ${SIGNS.ttl} ${formatTtl(label.ttl)}`;
    case "active":
    case "preparing":
      return `${TENT} ${SIGNS[label.kind]} ${label.sha}`;
    case "lock":
      return `${TENT} lock pr-${label.pr}`;
    case "limits_lock":
      return `${TENT} lock limits`;
    case "marker":
      return `${TENT} showtime`;
    case "status":
      return `${TENT} ${label.sha} ${SIGNS.status} ${label.status}`;
    case "created":
      return `${TENT} ${label.sha} ${SIGNS.created} ${formatCreated(label.at)}`;
    case "address":
      return `${TENT} ${label.sha} ${SIGNS.address} ${spellAddress(label.address)}`;
    case "ttl":
      return `${TENT} ${label.sha} ${SIGNS.ttl} ${formatTtl(label.ttl)}`;
    case "serves":
      return `${TENT} ${label.sha} ${SIGNS.serves} ${label.head}`;
    case "requester": {
      const before = `${TENT} ${label.sha} ${SIGNS.requester} `;
      return before + shortenLogin(label.login, LABEL_NAME_UNITS - before.length);
    }
  }
}

function spellFlag(flag: string): string {
  if (isFlag(flag)) return flag;
  throw new RangeError(`Writing a label: the flag "${flag}" is not of the form [A-Z][A-Z0-9_]*`);
}

function spellAddress(text: string): string {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new RangeError(`Writing a label: "${text}" is not an address of the form host:port`);
}
