/** Limits that GitHub sets for labels. */

/** The maximum length of a label's name, in UTF-16 code units. */
export const LABEL_NAME_UNITS = 50;
/**
 * The maximum length of a label's description, in characters. GitHub refuses characters above U+FFFF in it.
 */
export const LABEL_DESCRIPTION_UNITS = 100;
/** The maximum number of labels on one pull request. */
export const LABELS_PER_PULL = 100;
