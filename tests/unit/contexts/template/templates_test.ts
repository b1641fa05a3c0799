import assert from "node:assert/strict";
import {
  checkTemplate,
  type RenderOptions,
  renderTemplate,
  TemplateError,
} from "../../../../src/contexts/core/template/mod.ts";
import type { Value } from "../../../../src/contexts/core/tree/value.ts";
import { WholeFloat } from "../../../../src/lib/scalars/exact_numbers.ts";

const macro = (name: string, text: string) => ({ name, text });

Deno.test("names of later maps win, and a given name wins over a function", () => {
  const names = [
    new Map<string, Value>([["a", 1], ["b", 2]]),
    new Map<string, Value>([["b", 3], ["range", "mine"]]),
  ];
  assert.equal(renderTemplate("{{ a }}{{ b }}{{ range }}{{ dict() }}", { names }), "13mine{}");
});

Deno.test("a name that holds null is defined and prints None", () => {
  const names = [new Map<string, Value>([["a", null], ["m", new Map([["k", null]])]])];
  assert.equal(
    renderTemplate("{{ a }}{{ a is defined }}{{ m.k }}{{ m['k'] }}{{ m.get('k', 1) }}{{ [none]|last }}", {
      names,
    }),
    "NoneTrueNoneNoneNoneNone",
  );
});

Deno.test("keys keep their order and numbers their digits", () => {
  const names = [
    new Map<string, Value>([
      ["m", new Map<string, Value>([["10", 1], ["9", new WholeFloat(2)], ["x", 12345678901234567890n]])],
    ]),
  ];
  assert.equal(
    renderTemplate("{{ m }} {{ m|json_dumps }} {{ m.x + 1 }} {{ m['9'] / 1 }}", { names }),
    `{'10': 1, '9': 2.0, 'x': 12345678901234567890} {"10": 1, "9": 2.0, "x": 12345678901234567890} ` +
      "12345678901234567891 2.0",
  );
});

Deno.test("JSON is written as Python writes it, and has no infinity", () => {
  assert.equal(
    renderTemplate("{{ ['é\\x7f\\u2028\\n', 1.0, {1: none}]|json_dumps }}", { names: [] }),
    String.raw`["\u00e9\u007f\u2028\n", 1.0, {"1": null}]`,
  );
  assert.match(fault("{{ (1e308 * 10)|tojson }}", { names: [] }).message, /JSON has no inf/);
});

Deno.test("macros stand before the template, and one that ends in -%} eats its leading space", () => {
  const trimming = [macro("m", "{%- macro m(a=who) -%}<{{ a }}>{%- endmacro -%}")];
  const keeping = [macro("m", "{% macro m() %}x{% endmacro %}")];
  const names = [new Map<string, Value>([["who", "me"]])];
  assert.equal(renderTemplate("  \n {{ m() }} {{ m('you') }}\n", { names, macros: trimming }), "<me> <you>");
  assert.equal(renderTemplate("  ", { names, macros: trimming }), "");
  assert.equal(renderTemplate("  ", { names, macros: keeping }), "  ");
  assert.equal(renderTemplate("  ", { names }), "  ");
});

Deno.test("macros call each other, whatever their order", () => {
  const macros = [
    macro("a", "{% macro a() %}[{{ b() }}]{% endmacro %}"),
    macro("b", "{% macro b() %}b{% endmacro %}"),
  ];
  assert.equal(renderTemplate("{{ a() }}", { names: [], macros }), "[b]");
});

Deno.test("an error names the line of the template, or the macro with the line in it", () => {
  const macros = [
    macro("good", "{% macro good() %}\n{% endmacro %}\n"),
    macro("bad", "{% macro bad() %}\n\n{{ nope.x }}{% endmacro %}"),
  ];
  const place = (template: string) => {
    const { line, macro: name } = fault(template, { names: [], macros });
    return name === undefined ? `line ${line}` : `line ${line} of ${name}`;
  };
  assert.equal(place("a\r\nb\n  {{ nope.x }}"), "line 3");
  assert.equal(place("{% if true %}\n{{ 1 / 0 }}{% endif %}"), "line 2");
  assert.equal(place("\n{{ bad() }}"), "line 3 of bad");
  assert.equal(place("{{ 1|nope }}"), "line 1");
  assert.equal(place("\n\n{% for x in [1] %}"), "line 3");
  assert.equal(place("\n{{ 'open"), "line 2");
  assert.deepEqual(checkTemplate("x", { macros: [macro("broken", "\n{% macro x( %}")] })?.macro, "broken");
});

Deno.test("messages say what is wrong", () => {
  for (
    const [template, message] of [
      ["{{ nope.x }}", '"nope" is undefined'],
      ["{{ s.nope.x }}", 'a str has no "nope"'],
      ["{{ s() }}", "a str cannot be called"],
      ["{{ 1|nope }}", 'no filter is called "nope"'],
      ["{{ 1 is nope }}", 'no test is called "nope"'],
      ["{{ 'x'|int(1, 2, 3) }}", 'the filter "int": it takes at most 2 arguments, not 3'],
      ["{{ 'x'|replace('a') }}", 'the filter "replace": the argument "new" is missing'],
      ["{{ 'x'|replace(old='a', to='b') }}", 'the filter "replace": it takes no argument "to"'],
      ["{{ 1 + 'a' }}", '"+" does not work between an int and a str'],
      ["{% endif %}", 'no statement is called "endif"'],
      ["{% if 1 %}", 'the template ends, but "endif" is expected'],
      ["{{ 1 2 }}", '"}}" is expected, not "2"'],
      ["{{ (1 }}", '"}" is not expected, but ")"'],
      ["{% break %}", '"break" stands outside of a loop'],
    ] as const
  ) {
    assert.equal(fault(template, { names: [new Map([["s", "abc"]])] }).message, message);
  }
});

Deno.test("a check finds what parsing finds, and nothing that only running finds", () => {
  assert.equal(checkTemplate("{{ nope.x }}{{ 1 / 0 }}"), undefined);
  assert.equal(checkTemplate("{% if x %}\n{{ 1|nope }}{% endif %}"), undefined);
  assert.equal(checkTemplate("{% if x %}\n{% for y in z %}{{ 1|nope }}{% endfor %}{% endif %}")?.line, 2);
  assert.match(checkTemplate("{{ a | urlize }}")?.message ?? "", /is for HTML/);
});

Deno.test("YAML is formatted by the given function, and is an error without it", () => {
  const names = [new Map<string, Value>([["m", new Map<string, Value>([["b", 1], ["a", [true]]])]])];
  const asked: unknown[] = [];
  const formatYaml: RenderOptions["formatYaml"] = (value, layout) => {
    asked.push(value, layout);
    return "yaml\n";
  };
  assert.equal(
    renderTemplate("{{ m|to_nice_yaml }}|{{ [1]|to_nice_yaml(false, true, 4) }}", { names, formatYaml }),
    "yaml\n|yaml\n",
  );
  assert.deepEqual(asked, [
    names[0]?.get("m"),
    { indent: 2, sortKeys: false },
    [1],
    { indent: 4, sortKeys: true },
  ]);
  assert.match(fault("{{ m|to_nice_yaml }}", { names }).message, /YAML is not available/);
});

Deno.test("a random choice takes the given numbers, and is an error without them", () => {
  assert.equal(
    renderTemplate("{{ [1, 2, 3]|random }}{{ range(10)|random }}", { names: [], random: () => 0.99 }),
    "39",
  );
  assert.equal(renderTemplate("{{ 'abc'|random }}", { names: [], random: () => 0 }), "a");
  assert.match(fault("{{ [1]|random }}", { names: [] }).message, /no random numbers/);
});

Deno.test("one rendering leaves nothing for the next", () => {
  const names = [new Map<string, Value>([["a", [1]]])];
  assert.equal(renderTemplate("{% set b = 5 %}{% macro m() %}{% endmacro %}{{ b }}", { names }), "5");
  assert.equal(renderTemplate("{{ b is defined }}{{ m is defined }}", { names }), "FalseFalse");
});

function fault(template: string, options: RenderOptions): TemplateError {
  try {
    renderTemplate(template, options);
  } catch (error) {
    assert.ok(error instanceof TemplateError, String(error));
    return error;
  }
  throw new Error(`${template} has no fault`);
}
