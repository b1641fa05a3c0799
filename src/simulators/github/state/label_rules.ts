import type { FieldError } from "../api_error.ts";

/** GitHub's limits. A length is counted in UTF-16 units. */
export const LABEL_LIMITS = { name: 50, description: 100, perIssue: 100 } as const;

/** The color of the definition that GitHub makes when an unknown label is added to an issue. */
export const AUTO_COLOR = "ededed";

const EMOJI = /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u{FE0F}\u{200D}\u{20E3}]/gu;

/** Returns the problem of a label's name, or undefined if GitHub accepts the name. */
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

/** Returns the problem of a label's description, or undefined if GitHub accepts the description. */
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

/** Returns the problem of a label's color, or undefined if GitHub accepts the color. */
export function colorProblem(color: string): FieldError | undefined {
  return /^[0-9a-f]{6}$/i.test(color) ? undefined : { resource: "Label", code: "invalid", field: "color" };
}
