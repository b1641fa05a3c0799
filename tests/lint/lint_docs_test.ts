import assert from "node:assert/strict";
import { isBrand, isUndocumentedProperty, parseFindings } from "../../tools/lint_docs.ts";

function finding(rule: string, source: string): string {
  return `error[${rule}]: exported symbol is wrong\n --> /a/b.ts:6:12\n  | \n6 | ${source}\n  |            ^\n\n\n`;
}

Deno.test("parseFindings() reads rule and source line of each finding", () => {
  const output = finding("missing-jsdoc", "  readonly args: string[];") +
    finding("private-type-ref", "export type A = B;") + "error: Found 2 documentation lint errors.\n";

  const found = parseFindings(output);

  assert.deepEqual(found.map(({ rule, source }) => ({ rule, source })), [
    { rule: "missing-jsdoc", source: "  readonly args: string[];" },
    { rule: "private-type-ref", source: "export type A = B;" },
  ]);
});

Deno.test("parseFindings() finds nothing where deno doc did not get as far as looking", () => {
  assert.deepEqual(parseFindings('error: Module not found "file:///a.ts".\n'), []);
});

for (
  const source of ["  readonly sha: FullSha;", "  readonly ttl?: Ttl;", '  override readonly name = "A";']
) {
  Deno.test(`isUndocumentedProperty() is true for ${source.trim()}`, () => {
    const [found] = parseFindings(finding("missing-jsdoc", source));
    assert.equal(found && isUndocumentedProperty(found), true);
  });
}

for (
  const source of [
    "  list(signal: AbortSignal): Promise<A[]>;",
    "export function a(): void {",
    "export interface A {",
  ]
) {
  Deno.test(`isUndocumentedProperty() is false for ${source.trim()}`, () => {
    const [found] = parseFindings(finding("missing-jsdoc", source));
    assert.equal(found && isUndocumentedProperty(found), false);
  });
}

Deno.test("isBrand() is true for the type behind brands and for no other private type", () => {
  const told = (name: string) =>
    `error[private-type-ref]: public type 'A' references private type '${name}'\n --> /a.ts:6:1\n`;

  assert.deepEqual(parseFindings(told("Brand") + told("Branding")).map(isBrand), [true, false]);
});
