/** Mistakes in YAML, in words for people who do not know the terms of its parser. */

import type { ConfigProblem } from "./problems.ts";

type Words = Pick<ConfigProblem, "message" | "remedy">;

/** Describes an error of the parser by its code, and by its words where one code stands for several mistakes. */
export function explainYamlError(code: string, words: string): Words {
  const opened = /end with a ([}\]])/.exec(words)?.[1] ?? /^Missing closing (["'])/.exec(words)?.[1];
  if (opened !== undefined) {
    const opening = { "}": "{", "]": "[" }[opened] ?? opened;
    return { message: `a ${opening} above is never closed`, remedy: `close it with ${opened}` };
  }
  switch (code) {
    case "MULTIPLE_DOCS":
      return { message: "more than one document", remedy: "keep the first and remove the --- line" };
    case "TAB_AS_INDENT":
      return { message: "a tab indents this line", remedy: "indent it with spaces" };
    case "BAD_DQ_ESCAPE":
      return {
        message: words.replace("Invalid escape sequence", "double quotes are around the unknown escape"),
        remedy: "write the text in single quotes, or write \\\\ for a backslash",
      };
    case "MULTILINE_IMPLICIT_KEY":
      return { message: "a key and its colon are not on one line", remedy: "write key: value on each line" };
    case "BLOCK_AS_IMPLICIT_KEY":
      return {
        message: "this text has a colon in it, or the next line is indented too far",
        remedy: "put quotes around a text with a colon, and begin the keys of one map in one column",
      };
    case "BAD_INDENT":
      return {
        message: "this line does not begin in the column of the lines above that it belongs to",
        remedy: "begin it in their column",
      };
    case "MISSING_CHAR":
      return {
        message: "no colon follows the key on this line",
        remedy: "write key: value, or indent a line that goes on with the text above",
      };
    case "BAD_SCALAR_START": {
      const sign = /character (.)/.exec(words)?.[1] ?? "a reserved sign";
      return { message: `a text without quotes begins with ${sign}`, remedy: "put quotes around the text" };
    }
    case "UNEXPECTED_TOKEN":
      return words.endsWith("at node end")
        ? {
          message: "a text follows a value that has ended",
          remedy: "put one pair of quotes around the whole value",
        }
        : { message: "this is not expected here", remedy: "correct the YAML here, or in the line above" };
  }
  const short = words.length > 120 ? `${words.slice(0, 119)}…` : words;
  return { message: `${short.charAt(0).toLowerCase()}${short.slice(1)}`, remedy: "correct the YAML there" };
}
