import type { NamedUse } from "./name_uses.ts";
import { tokenize } from "./lexer.ts";
import type { Statement } from "./nodes.ts";
import { PlacedFault } from "./placed_fault.ts";
import { StatementParser } from "./statement_parser.ts";
import { TokenStream } from "./token_stream.ts";

/** Says why a filter or test cannot be used; undefined if it can. */
export type ObjectionToUse = (use: Pick<NamedUse, "kind" | "name">) => string | undefined;

/** Parses a template. Throws {@link PlacedFault}. */
export function parseTemplate(text: string, objection: ObjectionToUse): readonly Statement[] {
  const parser = new StatementParser(new TokenStream(tokenize(text)));
  const statements = parser.template();
  for (const use of parser.uses.named) {
    const reason = use.soft ? undefined : objection(use);
    if (reason !== undefined) throw new PlacedFault(reason, use.at);
  }
  return statements;
}
