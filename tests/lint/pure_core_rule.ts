/** The rule that keeps every capability's core pure: the same input gives the same answer on every machine. */

import { pathInRepository, roomOf } from "./rooms.ts";

const IMPURE_GLOBALS: ReadonlySet<string> = new Set(
  ("Deno process globalThis self window navigator fetch crypto performance console localStorage sessionStorage " +
    "caches alert confirm prompt WebSocket EventSource Worker BroadcastChannel Temporal " +
    "setTimeout setInterval clearTimeout clearInterval setImmediate clearImmediate").split(" "),
);

/** Reports IO, clock, environment, randomness and timers in `src/<capability>/core` and `src/lib`. */
export const pureCore: Deno.lint.Rule = {
  create(context) {
    const path = pathInRepository(context.filename) ?? "";
    if (!/^src\/(?:[a-z]+\/core|lib)\//.test(path)) return {};
    const declared = new Set<string>();
    const used: Deno.lint.Identifier[] = [];

    function report(node: Deno.lint.Node, what: string): void {
      context.report({
        node,
        message: `${roomOf(path)} is pure and may not use ${what}`,
        hint: "Take the value as a parameter; a port or the caller provides it.",
      });
    }

    return {
      Identifier(node) {
        if (!IMPURE_GLOBALS.has(node.name) || isDigest(node)) return;
        if (declares(node)) declared.add(node.name);
        else if (refersToVariable(node)) used.push(node);
      },
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return;
        const name = `${node.object.name}.${node.property.name}`;
        if (name === "Date.now" || name === "Math.random") report(node, name);
      },
      NewExpression(node) {
        if (isNamed(node.callee, "Date") && node.arguments.length === 0) {
          report(node, "`new Date()`, the clock");
        }
      },
      CallExpression(node) {
        if (isNamed(node.callee, "Date")) report(node, "`Date()`, the clock");
      },
      "Program:exit"() {
        for (const node of used) if (!declared.has(node.name)) report(node, node.name);
      },
    };
  },
};

/** Whether an identifier is the `crypto` of `crypto.subtle`, whose digests depend on nothing but their input. */
function isDigest(node: Deno.lint.Identifier): boolean {
  const parent: Deno.lint.Node = node.parent;
  return node.name === "crypto" && parent.type === "MemberExpression" && parent.object === node &&
    parent.property.type === "Identifier" && parent.property.name === "subtle";
}

function isNamed(node: Deno.lint.Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

function declares(node: Deno.lint.Identifier): boolean {
  const parent: Deno.lint.Node = node.parent;
  switch (parent.type) {
    case "VariableDeclarator":
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return parent.id === node;
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return parent.params.some((one) => one === node);
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return parent.local === node;
    default:
      return false;
  }
}

function refersToVariable(node: Deno.lint.Identifier): boolean {
  const parent: Deno.lint.Node = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      return parent.value === node || parent.computed;
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent.key !== node || parent.computed;
    case "TSTypeReference":
    case "TSQualifiedName":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "LabeledStatement":
      return false;
    default:
      return true;
  }
}
