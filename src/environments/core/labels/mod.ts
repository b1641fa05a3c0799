/**
 * The label language: the meaning of a label's name, its canonical form, and what all labels of a pull
 * request say together. Labels are Showtime's user interface and its visible state, and this is their
 * grammar.
 *
 * This room makes no decisions and acts on no guesses: a name that does not fit is `foreign`, kept and
 * ignored. Names come from strangers, so every parser accepts any text, runs in linear time and never throws.
 *
 * Start with `label.ts` (the kinds), then read `parse.ts` and `format.ts`, which are inverses, then
 * `state.ts`. `../plan` makes decisions from {@link LabelState}.
 *
 * @module
 */

export { DRY_RUN_ADDRESS, parseAddress } from "./address.ts";
export { readSilence, silentDescription } from "./silence.ts";
export { formatCreated, parseCreated } from "./created.ts";
export { fitsLabel, formatLabel } from "./format.ts";
export type { Label, ParsedLabel, Status, Trigger, Ttl } from "./label.ts";
export { LABEL_DESCRIPTION_UNITS, LABEL_NAME_UNITS, LABELS_PER_PULL } from "./limits.ts";
export { findNearMisses, type MeantLabel, meantLabel } from "./meant.ts";
export { normalizeLabelName, sameLabelName } from "./names.ts";
export { type LabelStyle, labelStyle } from "./palette.ts";
export { isFlag, parseLabel, STATUS_PRECEDENCE } from "./parse.ts";
export { makeRoom, type Removal, type RoomNeeded } from "./room.ts";
export { FIXED_LABELS, LABEL_REFERENCE, type LabelReferenceRow } from "./reference.ts";
export {
  activeSha,
  isShaCarrying,
  type LabeledEnvironment,
  type LabelState,
  type NamedLabel,
  type OwnLabel,
  readLabels,
  servedHead,
  withLabel,
  withoutLabels,
} from "./state.ts";
export { compareTtl, formatTtl, parseTtl, ttlMs } from "./ttl.ts";
