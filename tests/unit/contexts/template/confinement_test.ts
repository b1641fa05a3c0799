import assert from "node:assert/strict";
import { checkTemplate, renderTemplate, TemplateError } from "../../../../src/contexts/core/template/mod.ts";
import type { Value } from "../../../../src/contexts/core/tree/value.ts";

const NAMES = [
  new Map<string, Value>([["d", new Map([["a", 1]])], ["l", [1, 2, 3]], ["s", "abc"]]),
];

/** Far above what a case takes, far below what a runaway would. */
const LONGEST_MS = 5000;

Deno.test("no attribute leads out of the values", () => {
  for (
    const template of [
      "{{ s.__class__ }}",
      "{{ s['__class__'] }}",
      "{{ s|attr('__class__') }}",
      "{{ [s]|map(attribute='__class__.__mro__')|list }}",
      "{{ d.__proto__ }}",
      "{{ d['__proto__']['__proto__'] }}",
      "{{ s.upper.__globals__ }}",
      "{{ namespace().__init__ }}",
      "{{ '{0.__class__}'.format(s) }}",
      "{{ '{0[a]}'.format(d) }}",
      "{{ '{a.b}'.format(a=d) }}",
      "{{ '%s'.format_map(d) }}",
      "{{ 1|constructor }}",
      "{{ [1]|map('constructor')|list }}",
      "{{ 1 is constructor }}",
      "{% constructor %}",
    ]
  ) {
    assert.throws(() => render(template), TemplateError, template);
  }
  for (const name of ["constructor", "toString", "hasOwnProperty", "valueOf", "prototype"]) {
    for (const subject of ["s", "d", "l", "1", "none", "range(3)", "s.upper", "namespace()", "cycler(1)"]) {
      assert.equal(render(`{{ (${subject}).${name} is defined }}{{ ${name} is defined }}`), "FalseFalse");
      assert.equal(render(`{{ (${subject})['${name}'] is defined }}`), "False");
    }
  }
});

Deno.test("keys that mean something in JavaScript are plain keys", () => {
  assert.equal(
    render(
      "{{ {'__proto__': 1, 'constructor': 2} }}{{ {'constructor': 2}.constructor }}{{ dict(__proto__=5) }}",
    ),
    "{'__proto__': 1, 'constructor': 2}2{'__proto__': 5}",
  );
});

Deno.test("no template changes a value", () => {
  for (
    const call of ["l.append(4)", "l.pop()", "l.sort()", "l.clear()", "d.update({'b': 2})", "d.pop('a')"]
      .concat([
        "d.setdefault('b', 2)",
        "d.clear()",
        "l.extend([1])",
        "l.insert(0, 1)",
        "l.remove(1)",
        "l.reverse()",
      ])
  ) {
    assert.throws(() => render(`{{ ${call} }}`), /values cannot be changed/, call);
  }
  assert.throws(() => render("{% set d.a = 2 %}"), /values cannot be changed/);
  assert.equal(
    render("{{ l|sort(reverse=true) }}{{ l|reverse|list }}{{ l }}{{ d }}"),
    "[3, 2, 1][3, 2, 1][1, 2, 3]{'a': 1}",
  );
});

Deno.test("what templates do not have is an error that says so", () => {
  for (const filter of ["urlize", "xmlattr", "safe", "e", "escape", "forceescape", "striptags"]) {
    assert.throws(() => render(`{{ s|${filter} }}`), /is for HTML and not available/, filter);
  }
  assert.throws(() => render("{{ s|pprint }}"), /"pprint" is not available/);
  assert.throws(() => render("{{ lipsum() }}"), /not available/);
  for (const statement of ["include 'a'", "import 'a' as b", "from 'a' import b", "extends 'a'", "block a"]) {
    assert.throws(() => render(`{% ${statement} %}`), /is not available/, statement);
  }
});

Deno.test("parsing ends soon, whatever the text", () => {
  const many = 100_000;
  for (
    const template of [
      "a" + " ".repeat(40_000) + "{%- if x" + " ".repeat(40_000),
      `{{${" ".repeat(40_000)}}}`,
      `{% raw %}${("{%" + " ".repeat(10)).repeat(5000)}`,
      `{% raw %}{% endraw${" ".repeat(many)}x`,
      `{% raw${" ".repeat(many)}`,
      "{#".repeat(many / 2),
      "{{".repeat(many / 2),
      "{% if x %}".repeat(20_000),
      `{{ ${"(".repeat(1000)}1${")".repeat(1000)} }}`,
      `{{ ${"[".repeat(1000)}${"]".repeat(1000)} }}`,
      `{{ ${"(".repeat(many)}`,
      `{{ ${"not ".repeat(many)}1 }}`,
      `{{ ${"-".repeat(many)}1 }}`,
      `{{ ${"1 + ".repeat(many)}1 }}`,
      `{{ d${".a".repeat(many)} }}`,
      `{{ 1${"|abs".repeat(many)} }}`,
      `{{ ${"1 if 1 else ".repeat(10_000)}1 }}`,
      `{{ ${"1".repeat(many)} }}`,
      `{{ ${"1_".repeat(many)}1.e }}`,
      `{{ "${"\\'".repeat(many)}`,
      `{% for ${"(".repeat(1000)}a %}`,
      "x".repeat(1024 * 1024 + 1),
    ]
  ) {
    endsSoon(
      template.slice(0, 40),
      () => assert.ok(checkTemplate(template) instanceof TemplateError, template.slice(0, 40)),
    );
  }
});

Deno.test("a runaway ends at a limit", () => {
  const both = "{% if i < 60 %}{% set ns.s = [ns.s, ns.s] %}{% set ns.m = [ns.m, ns.m] %}{% endif %}";
  const grow = (step: string, end: string) =>
    `{% set ns = namespace(s=[1], m=[1], t='a', n=3) %}{% for i in range(100000) %}${step}{% endfor %}${end}`;
  for (
    const template of [
      "{% for i in range(10**9) %}{% endfor %}",
      "{% for a in range(10**4) %}{% for b in range(10**4) %}{% endfor %}{% endfor %}",
      ...[
        "list|length",
        "sum",
        "last",
        "sort",
        "join",
        "map('abs')|list",
        "reverse|first",
        "batch(10**8)|first",
      ]
        .map((filter) => `{{ range(10**9)|${filter} }}`),
      "{{ 'a' in range(10**9) }}",
      "{{ 'a' * 10**9 }}",
      "{{ [1] * 10**9 }}",
      "{{ 9 ** (9 ** 9) }}",
      "{{ 10 ** 4000 * 10 ** 4000 }}",
      "{% for i in range(1000000) %}{% set y = 7 ** 5000 %}{% endfor %}",
      "{% for a in range(100000) %}{{ 'a' * 1000 }}{% endfor %}",
      grow("{% set ns.t = ns.t ~ ns.t %}", "{{ ns.t }}"),
      grow("{% set ns.n = ns.n * ns.n %}", "{{ ns.n }}"),
      grow("{% set ns.s = [ns.s] %}", "{{ ns.s }}"),
      grow("{% if i < 60 %}{% set ns.s = [ns.s, ns.s] %}{% endif %}", "{{ ns.s }}"),
      grow("{% if i < 60 %}{% set ns.s = [ns.s, ns.s] %}{% endif %}", "{{ ns.s|tojson }}"),
      grow(both, "{{ ns.s == ns.m }}"),
      grow(both, "{{ ns.s < ns.m }}"),
      grow("{% set ns.n = (ns.n, ns.n) %}", "{{ {ns.n: 1} }}"),
      "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{% macro m(a) %}{{ a(a) }}{{ a(a) }}{% endmacro %}{{ m(m) }}",
      "{% for i in l recursive %}{{ loop(l) }}{% endfor %}",
      "{{ 'a'|center(10**9) }}",
      "{{ 'a'.ljust(10**9) }}",
      "{{ 'a'.zfill(10**9) }}",
      "{{ '%1000000000d' % 1 }}",
      "{{ '%*d' % (10**9, 1) }}",
      "{{ '%.1000000000f' % 1 }}",
      "{{ '{:1000000000}'.format(1) }}",
      "{{ '{:0900000,}'.format(1) }}",
      "{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}",
      "{{ ('a' * 1000000)|replace('', 'b' * 1000000) }}",
      "{{ range(100000)|join('b' * 1000000) }}",
      "{{ ('a\\n' * 100000)|indent(100000) }}",
      "{{ [[1]]|tojson(10**9) }}",
      "{{ ('a' * 1000000)|wordwrap(1, wrapstring='x' * 1000000) }}",
      "{{ ('\\t' * 100000).expandtabs(100000) }}",
      "{{ [1]|batch(10**9, 'x')|list }}",
      "{{ [1]|slice(10**9)|list }}",
      "{{ ('[' * 100000)|from_json }}",
      "{% set a = 'a' * 1000000 %}{% set b = a ~ 'b' %}{% for i in range(10**5) %}{{ a < b }}{% endfor %}",
      "{% set a = 'é🎪' * 500000 %}{% for i in range(300000) %}{{ a[1] }}{{ a|length }}{% endfor %}",
    ]
  ) {
    endsSoon(template, () => assert.throws(() => render(template), TemplateError, template));
  }
});

Deno.test("a template within smaller limits renders, and one step more does not", () => {
  const template = "{% for i in range(10) %}x{% endfor %}";
  const fits = (steps: number) => {
    try {
      return renderTemplate(template, { names: [], limits: { steps } }) === "x".repeat(10);
    } catch (error) {
      assert.match(String(error), /takes more than \d+ steps/);
      return false;
    }
  };
  const needed = Array.from({ length: 200 }, (_, steps) => steps).findIndex(fits);
  assert.ok(needed > 10, String(needed));
  assert.ok(!fits(needed - 1));
  assert.throws(() => renderTemplate("abc", { names: [], limits: { text: 2 } }), /more than 2 characters/);
  assert.throws(() => renderTemplate("abc", { names: [], limits: { source: 2 } }), /more than 2 characters/);
});

function render(template: string): string {
  return renderTemplate(template, { names: NAMES, random: () => 0.5 });
}

function endsSoon(name: string, run: () => void): void {
  const start = performance.now();
  run();
  const took = performance.now() - start;
  assert.ok(took < LONGEST_MS, `${name} took ${took} ms`);
}
