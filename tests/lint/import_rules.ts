/** The rule about who may import whom; the table is in `rooms.ts`. */

import { objectionTo, pathInRepository } from "./rooms.ts";

type Importing =
  | Deno.lint.ImportDeclaration
  | Deno.lint.ExportNamedDeclaration
  | Deno.lint.ExportAllDeclaration
  | Deno.lint.ImportExpression;

/** Reports an import, static or dynamic, that the importing file's room may not have. */
export const imports: Deno.lint.Rule = {
  create(context) {
    const path = pathInRepository(context.filename);
    if (path === undefined) return {};

    function check(node: Importing, typeOnly: boolean): void {
      const { source } = node;
      if (path === undefined || source?.type !== "Literal" || typeof source.value !== "string") return;
      const objection = objectionTo({ path, specifier: source.value, typeOnly });
      if (objection === undefined) return;
      context.report({ node, message: objection, hint: "Who may import whom: ARCHITECTURE.md" });
    }

    return {
      ImportDeclaration: (node) => check(node, isTypeOnly(node)),
      ExportNamedDeclaration: (node) => check(node, node.exportKind === "type"),
      ExportAllDeclaration: (node) => check(node, node.exportKind === "type"),
      ImportExpression: (node) => check(node, false),
    };
  },
};

function isTypeOnly(node: Deno.lint.ImportDeclaration): boolean {
  if (node.importKind === "type") return true;
  return node.specifiers.length > 0 &&
    node.specifiers.every((one) => one.type === "ImportSpecifier" && one.importKind === "type");
}
