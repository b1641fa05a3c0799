/** Sends many writes as one GraphQL mutation: each has an alias, and all values are variables. */

import type { GraphqlIssue } from "./errors.ts";
import { incompleteAnswer, valueAt } from "./json.ts";
import { rightsOfFields } from "./refusals.ts";
import type { Context } from "./repository.ts";

/** The mutations that this driver sends. */
export type MutationName =
  | "addComment"
  | "addLabelsToLabelable"
  | "createDeploymentStatus"
  | "createLabel"
  | "deleteIssueComment"
  | "deleteLabel"
  | "removeLabelsFromLabelable"
  | "updateIssueComment"
  | "updateLabel";

/** One write of a mutation. */
export interface MutationField {
  readonly name: MutationName;
  readonly input: Readonly<Record<string, unknown>>;
  /** The fields of its payload to return. */
  readonly select: string;
}

/** One entry of `errors`, with the index of the field that it is about. */
export interface FieldIssue extends GraphqlIssue {
  readonly field: number;
}

/** The answer to a mutation. */
export interface MutationAnswer {
  /** The payload of each field in the order sent; undefined if the field failed. */
  readonly fields: readonly unknown[];
  readonly issues: readonly FieldIssue[];
}

/** Sends the fields, which take effect in order and fail one by one. An empty list sends nothing. */
export async function mutate(
  context: Context,
  fields: readonly MutationField[],
  options: { readonly what: string; readonly signal: AbortSignal; readonly resend?: boolean },
): Promise<MutationAnswer> {
  if (fields.length === 0) return { fields: [], issues: [] };
  const declare = fields.map(({ name }, index) => `$i${index}: ${inputType(name)}!`).join(", ");
  const lines = fields.map(({ name, select }, index) =>
    `m${index}: ${name}(input: $i${index}) { ${select} }`
  );
  const variables = Object.fromEntries(fields.map(({ input }, index) => [`i${index}`, input]));
  const answer = await context.client.graphql(`mutation (${declare}) {\n${lines.join("\n")}\n}`, {
    ...options,
    variables,
  });
  const issues = answer.issues.map((issue): FieldIssue => {
    const field = /^m(\d+)$/.exec(issue.path[0] ?? "")?.[1];
    // An error without a field is about the whole document.
    if (field === undefined) throw context.client.issueError([issue], options);
    const name = fields[Number(field)]?.name;
    return { ...issue, field: Number(field), rights: rightsOfFields(name === undefined ? [] : [name]) };
  });
  const payloads = fields.map((_, index) => valueAt(answer.data, `m${index}`));
  const lost = fields.find((_, index) =>
    payloads[index] === undefined && !issues.some((issue) => issue.field === index)
  );
  // Without a payload and without an error nothing shows that the write took effect.
  if (lost !== undefined) throw incompleteAnswer(options.what, lost.name);
  return { fields: payloads, issues };
}

function inputType(name: MutationName): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
}
