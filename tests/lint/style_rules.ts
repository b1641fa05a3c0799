/** The rules about how code is written: exports, enums, state, parameters. */

import { pathInRepository } from "./rooms.ts";

/** Reports default exports: a thing has one name everywhere. */
export const noDefaultExport: Deno.lint.Rule = {
  create(context) {
    const message = "A default export has no name that stays the same: export it by name";
    return {
      ExportDefaultDeclaration: (node) => context.report({ node, message }),
      ExportSpecifier(node) {
        if (node.exported.type === "Identifier" && node.exported.name === "default") {
          context.report({ node, message });
        }
      },
    };
  },
};

/** Reports enums. */
export const noEnum: Deno.lint.Rule = {
  create(context) {
    return {
      TSEnumDeclaration(node) {
        context.report({
          node,
          message: "An enum leaves code behind and matches no JSON: use a union of literals",
        });
      },
    };
  },
};

const EMPTY_COLLECTIONS: ReadonlySet<string> = new Set(["Map", "Set", "WeakMap", "WeakSet"]);

/** Reports what a module would remember from one call to the next. */
export const noModuleState: Deno.lint.Rule = {
  create(context) {
    function check(node: Deno.lint.Node): void {
      if (node.type !== "VariableDeclaration") return;
      for (const one of node.declarations) {
        if (node.kind === "let" || node.kind === "var" || isToBeFilled(one)) {
          context.report({
            node: one,
            message: "A module keeps no state of its own",
            hint: "Hold it in a class or a closure that is made by whoever needs it.",
          });
        }
      }
    }
    return {
      Program(node) {
        for (const one of node.body) {
          check(one);
          if (one.type === "ExportNamedDeclaration" && one.declaration !== null) check(one.declaration);
        }
      },
    };
  },
};

/** An empty collection at the top of a module is there to be filled. */
function isToBeFilled({ id, init }: Deno.lint.VariableDeclarator): boolean {
  if (id.type === "Identifier" && id.typeAnnotation?.typeAnnotation.type === "TSTypeOperator") return false;
  if (init?.type === "ArrayExpression") return init.elements.length === 0;
  if (init?.type !== "NewExpression" || init.callee.type !== "Identifier") return false;
  return EMPTY_COLLECTIONS.has(init.callee.name) && init.arguments.length === 0;
}

/** Reports signals that live as long as a command and that Deno 2.7 would collect. See src/lib/either_signal.ts. */
export const noLongAny: Deno.lint.Rule = {
  create(context) {
    return {
      "CallExpression[callee.object.name='AbortSignal'][callee.property.name='any']"(
        node: Deno.lint.CallExpression,
      ) {
        // A request's signal is held by the request: it may be combined with a limit.
        if (/AbortSignal\.timeout\(|\blimit\b/.test(context.sourceCode.getText(node))) return;
        context.report({
          node,
          message: "Deno 2.7 collects what AbortSignal.any returns, and Ctrl-C is lost",
          hint: "Use eitherSignal(). AbortSignal.any is for the time limit of a request.",
        });
      },
    };
  },
};

type Param = Deno.lint.Parameter | Deno.lint.Node;

type WithParams = Extract<Deno.lint.Node, { params: readonly Deno.lint.Parameter[] }>;

const MOST_POSITIONAL = 2;
const MOST_OF_CONSTRUCTOR = 3;

/** Reports functions whose callers must remember the order of more than two things. */
export const fewParameters: Deno.lint.Rule = {
  create(context) {
    if (pathInRepository(context.filename) === undefined) return {};

    function check(node: WithParams, most = MOST_POSITIONAL): void {
      const count = countPositional(node.params);
      if (count <= most) return;
      context.report({
        node,
        message: `${count} positional parameters: at most ${most}, then options, then an AbortSignal`,
        hint: "Gather what belongs together in one object.",
      });
    }
    function checkExpression(node: Deno.lint.FunctionExpression | Deno.lint.ArrowFunctionExpression): void {
      const parent: Deno.lint.Node = node.parent;
      // Whoever takes a callback decides what it is given.
      if (parent.type === "CallExpression" || parent.type === "NewExpression") return;
      const isConstructor = parent.type === "MethodDefinition" && parent.kind === "constructor";
      check(node, isConstructor ? MOST_OF_CONSTRUCTOR : MOST_POSITIONAL);
    }
    return {
      // What a file keeps to itself is read beside its calls: one more is bearable there.
      FunctionDeclaration: (node) =>
        check(node, node.parent.type === "ExportNamedDeclaration" ? MOST_POSITIONAL : MOST_POSITIONAL + 1),
      FunctionExpression: checkExpression,
      ArrowFunctionExpression: checkExpression,
      TSMethodSignature: (node) => check(node),
      TSFunctionType: (node) => check(node),
    };
  },
};

/** Counts what is neither options nor an AbortSignal at the end. */
function countPositional(params: readonly Deno.lint.Parameter[]): number {
  const rest = params.filter((one) => !(one.type === "Identifier" && one.name === "this"));
  if (isNamed(rest.at(-1), { name: /signal$/i, type: /^AbortSignal$/ })) rest.pop();
  if (isOptions(rest.at(-1))) rest.pop();
  return rest.length;
}

function isOptions(param: Param | undefined): boolean {
  if (param?.type === "AssignmentPattern") return isOptions(param.left);
  const isLiteral = param?.type === "Identifier" &&
    param.typeAnnotation?.typeAnnotation.type === "TSTypeLiteral";
  return param?.type === "ObjectPattern" || isLiteral ||
    isNamed(param, { name: /options$/i, type: /(Options|Partial|Tools)$/ });
}

function isNamed(param: Param | undefined, { name, type }: { name: RegExp; type: RegExp }): boolean {
  if (param?.type !== "Identifier") return false;
  const annotation = param.typeAnnotation?.typeAnnotation;
  return name.test(param.name) ||
    (annotation?.type === "TSTypeReference" && annotation.typeName.type === "Identifier" &&
      type.test(annotation.typeName.name));
}
