/** Limits that GitHub sets for labels. */

/** The longest name of a label, in UTF-16 code units. */
export const LABEL_NAME_UNITS = 50;
/** The longest description of a label, in characters; GitHub refuses characters above U+FFFF in it. */
export const LABEL_DESCRIPTION_UNITS = 100;
/** The most labels that one pull request can carry. */
export const LABELS_PER_PULL = 100;
