import type { FieldError } from "../api_error.ts";

/** GitHub's limits; a length is counted in UTF-16 units. */
export const LABEL_LIMITS = { name: 50, description: 100, perIssue: 100 } as const;

/** The colour of a definition that GitHub makes because an unknown label was added. */
export const AUTO_COLOR = "ededed";

const EMOJI = /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u{FE0F}\u{200D}\u{20E3}]/gu;

/** What is wrong with a label's name; undefined where nothing is. */
export function nameProblem(name: string): FieldError | undefined {
  const problem = { resource: "Label", field: "name" };
  const text = name.trim();
  if (text === "") return { ...problem, code: "missing_field" };
  if (text.length > LABEL_LIMITS.name) {
    const message = `name is too long (maximum is ${LABEL_LIMITS.name} characters)`;
    return { ...problem, code: "custom", message };
  }
  if (text.replace(EMOJI, "").trim() === "") {
    return { ...problem, code: "custom", message: "name must contain more than native emoji" };
  }
  return undefined;
}

/** What is wrong with a label's description; undefined where nothing is. */
export function descriptionProblem(description: string): FieldError | undefined {
  const problem = { resource: "Label", code: "custom", field: "description" };
  if (/[\u{10000}-\u{10FFFF}]/u.test(description)) {
    return { ...problem, message: "description doesn't accept 4-byte Unicode" };
  }
  if (description.length > LABEL_LIMITS.description) {
    const message = `description is too long (maximum is ${LABEL_LIMITS.description} characters)`;
    return { ...problem, message };
  }
  return undefined;
}

/** What is wrong with a label's colour; undefined where nothing is. */
export function colorProblem(color: string): FieldError | undefined {
  return /^[0-9a-f]{6}$/i.test(color) ? undefined : { resource: "Label", code: "invalid", field: "color" };
}
