import type { HandlerKind } from "./handler.ts";

/** The points in which the command line of the original tool treats events differently. */
export interface EventRules {
  /** Whether an error inside of `if` fails the handler. It counts as blank otherwise. */
  readonly ifErrorFails: boolean;
  /** Results of `if` that skip a handler, besides the blank one. */
  readonly falseTexts: readonly string[];
  /** Kinds whose `if` is blank only if it is empty: a space counts as true. */
  readonly untrimmedIf: readonly HandlerKind[];
  /** Whether an unknown kind is an error. It is ignored otherwise. */
  readonly refusesUnknownKinds: boolean;
  /**
   * Whether blocks are checked for the keys they need before anything is sent, and may have `enabled: false`.
   */
  readonly checksBlocks: boolean;
  /** Whether all choices of a generator's text count. Otherwise the first one does. */
  readonly takesAllChoices: boolean;
  /** Whether a list, element or key can be named as in `set`. Otherwise paths are keys between dots. */
  readonly readsPaths: boolean;
  /** Whether an answer other than 2xx, or `"ok": false` from Slack, is a failure. It is a note otherwise. */
  readonly answersFail: boolean;
  /** Kinds that fail if a 2xx answer is not JSON. */
  readonly jsonRequired: readonly HandlerKind[];
  /** Whether the handlers after a failed one run. */
  readonly goesOn: boolean;
}

/** The rules of `showtime context event`. */
export const OUR_RULES: EventRules = {
  ifErrorFails: true,
  falseTexts: ["False", "None", "0"],
  untrimmedIf: [],
  refusesUnknownKinds: true,
  checksBlocks: true,
  takesAllChoices: true,
  readsPaths: true,
  answersFail: true,
  jsonRequired: [],
  goesOn: true,
};

/** The rules of the original tool. */
export const ORIGINAL_RULES: EventRules = {
  ifErrorFails: false,
  falseTexts: [],
  untrimmedIf: ["notify", "manual-choice", "respond", "trigger-pipeline"],
  refusesUnknownKinds: false,
  checksBlocks: false,
  takesAllChoices: false,
  readsPaths: false,
  answersFail: false,
  jsonRequired: ["notify", "manual-choice", "trigger-pipeline"],
  goesOn: false,
};
