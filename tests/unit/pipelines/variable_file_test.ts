import assert from "node:assert/strict";
import fc from "fast-check";
import { parseVariableFile } from "../../../src/pipelines/core/variable_file.ts";

function valuesOf(text: string): Readonly<Record<string, string>> {
  const { values, problems } = parseVariableFile(text);
  assert.deepEqual(problems, []);
  return Object.fromEntries(values);
}

Deno.test("a file of variables has blank lines, comments, values with =, and no value keeps its line break", () => {
  assert.deepEqual(valuesOf("\n# comment\n  # indented\nA=b=c\n\nS=v\n"), { A: "b=c", S: "v" });
  assert.deepEqual(valuesOf("A=b\r\nS=v\r\n"), { A: "b", S: "v" });
  assert.deepEqual(valuesOf("A=b\rS=v\r"), { A: "b", S: "v" });
  assert.deepEqual(valuesOf("\uFEFFA=1"), { A: "1" });
  assert.deepEqual(valuesOf(""), {});
});

Deno.test("a value is what follows the =, with its spaces, number signs and dollar signs", () => {
  assert.deepEqual(valuesOf("A= b \nB=x # y\nC=$HOME\nD=\n  E=1"), {
    A: " b ",
    B: "x # y",
    C: "$HOME",
    D: "",
    E: "1",
  });
});

Deno.test("export before a name is allowed, and a variable may have that name", () => {
  assert.deepEqual(valuesOf("export A=1\nexport=2\n  export  B=3"), { A: "1", export: "2", B: "3" });
});

Deno.test("every faulty line is a problem with its number, and no problem shows the line", () => {
  const text = "A=1\nsecret words\nB =2\n3C=hunter2\n=x\nA-B=hunter2\nhunter2+x/y==\nD=\0";
  const { problems } = parseVariableFile(text);

  assert.deepEqual(problems.map(({ line, message }) => [line, message]), [
    [2, "the line has no ="],
    [3, "there is a space before the ="],
    [4, "the text before the = is no name of a variable"],
    [5, "there is no name before the ="],
    [6, "the text before the = is no name of a variable"],
    [7, "the text before the = is no name of a variable"],
    [8, "the value contains a NUL character"],
  ]);
  for (const { message, hint } of problems) assert.doesNotMatch(message + hint, /hunter|secret words/);
});

Deno.test("quotes around a value are kept, and a second value of a name counts; both are warnings", () => {
  const { values, warnings } = parseVariableFile('A="x y"\nB=\'z\'\nA=2\nC="\nD="a"b');

  assert.deepEqual(Object.fromEntries(values), { A: "2", B: "'z'", C: '"', D: '"a"b' });
  assert.deepEqual(warnings.map(({ line, message }) => [line, message]), [
    [1, "the quotes around the value of A belong to the value"],
    [2, "the quotes around the value of B belong to the value"],
    [3, "A is here for the second time, and this value counts"],
  ]);
  assert.match(warnings[2]?.hint ?? "", /line 1/);
});

Deno.test("any values without line breaks come back from the lines they are written as", () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/);
  const value = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n\0]/.test(text));
  fc.assert(fc.property(fc.dictionary(name, value), fc.constantFrom("\n", "\r\n"), (variables, lineBreak) => {
    const text = Object.entries(variables).map(([key, each]) => `${key}=${each}${lineBreak}`).join("");
    const { values, problems } = parseVariableFile(text);
    assert.deepEqual(problems, []);
    assert.deepEqual([...values], Object.entries(variables));
  }));
});

Deno.test("any text is read without a throw, and each line that is no comment is a value or a problem", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const { values, problems, warnings } = parseVariableFile(text);
    const lines = text.replace(/^\uFEFF/, "").split(/\r\n|[\r\n]/).filter((line) =>
      !/^\s*(?:#|$)/.test(line)
    );
    const seconds = warnings.filter(({ message }) => message.includes("second time")).length;
    assert.equal(values.size + problems.length + seconds, lines.length);
  }));
});
