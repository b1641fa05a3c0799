/** The rules about files: their names, their length, where tests live. */

import { pathInRepository } from "./rooms.ts";

const MOST_LINES: readonly (readonly [RegExp, number])[] = [
  [/^main\.ts$/, 40],
  [/^src\//, 400],
  [/^(tests|bench)\//, 600],
];

/** Reports files that have grown past what one sitting can read. */
export const fileLength: Deno.lint.Rule = {
  create(context) {
    const path = pathInRepository(context.filename);
    const most = MOST_LINES.find(([where]) => path !== undefined && where.test(path))?.[1];
    if (most === undefined) return {};
    return {
      Program(node) {
        const lines = context.sourceCode.text.trimEnd().split("\n").length;
        if (lines <= most) return;
        context.report({
          node,
          message: `${lines} lines: at most ${most}`,
          hint: "One concept per file: which two are in here?",
        });
      },
    };
  },
};

/** Reports names of files and folders that are not snake_case. */
export const fileName: Deno.lint.Rule = {
  create(context) {
    const path = pathInRepository(context.filename);
    if (path === undefined) return {};
    const odd = path.split("/").find((part) => !/^\.?[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[jt]s)?$/.test(part));
    if (odd === undefined) return {};
    return {
      Program: (node) => context.report({ node, message: `\`${odd}\` is not snake_case` }),
    };
  },
};

/** Reports tests that the runner would not find, and test files outside of tests. */
export const testFile: Deno.lint.Rule = {
  create(context) {
    const path = pathInRepository(context.filename);
    if (path === undefined) return {};
    const isTest = path.endsWith("_test.ts");
    if (isTest && path.startsWith("tests/")) return {};
    return {
      Program(node) {
        if (isTest) context.report({ node, message: "Tests live under tests/" });
      },
      CallExpression(node) {
        const { callee, parent } = node;
        if (isTest || parent.type !== "ExpressionStatement" || parent.parent.type !== "Program") return;
        if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
        if (callee.property.name !== "test") return;
        context.report({ node, message: "Only files named *_test.ts are run as tests" });
      },
    };
  },
};
