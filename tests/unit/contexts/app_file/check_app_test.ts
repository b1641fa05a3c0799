import assert from "node:assert/strict";
import { renderAppProblem } from "../../../../src/contexts/core/app_file/app_problem.ts";
import { checkApp, repeatedKeyWarnings } from "../../../../src/contexts/core/app_file/check_app.ts";
import { mergeApp } from "../../../../src/contexts/core/app_file/merge_app.ts";
import type { CheckTemplate } from "../../../../src/contexts/core/app_file/shape_checker.ts";
import { documentOf } from "./read_document.ts";

/** Refuses a text with `{{` and no `}}`. */
const brackets: CheckTemplate = (text) => {
  const at = text.indexOf("{{");
  if (at < 0 || text.includes("}}", at)) return undefined;
  return { message: "{{ is not closed", line: text.slice(0, at).split("\n").length };
};

function problems(text: string, context?: string): readonly string[] {
  const merged = mergeApp({ app: documentOf("app.yaml", text), bases: [] });
  return checkApp({ merged, context, checkTemplate: brackets }).map(renderAppProblem);
}

/** An app file with the handlers of one event. */
function handlers(lines: string): string {
  return `cicd-contexts:\n  s:\n    pipelines:\n      p:\n        event-handlers:\n          e:\n${
    lines.replace(/^/gm, "            ")
  }\n`;
}

const AT = "cicd-contexts.s.pipelines.p.event-handlers.e";

Deno.test("every kind of handler in both forms is accepted, with data of the user's own", () => {
  assert.deepEqual(
    problems(`
extra: {any: thing}
bases: []
jinja2-macros: {m: text}
variables: {v: "{{ x }}"}
cicd-contexts:
  s:
    channel: c
    pipelines:
      p:
        custom: 1
        event-handlers:
          nothing:
          one:
            notify: {message: m, if: , color: red, capture-response-data: [{from: a, to: b}]}
            respond: {message: 5, url: u, extra: "{{ y }}"}
            manual-choice:
              title: t
              choices: {c: {header: h, options: [{text: t, value: v, style: danger}]}}
              choice-generators: {g: {foreach: f, iterator: i, template: t}}
            trigger-pipeline: {name: n, args: {a: 1, b: [1], c: {d: 1}}}
            set-values: {set: [{from: a, to: b}], enabled: true}
            github-comment: {message: m, pr: 1, name: n}
          many:
            notify: {team: {message: a}, other: {message: b, enabled: false}, enabled: true}
            trigger-pipeline: {args: {name: named args}}
            set-values: {enabled: false}
        generators:
          g: {first: {if: x, set: [{key: k, value: v}]}}
`),
    [],
  );
});

Deno.test("all problems are found at once, each with its file, line and path", () => {
  assert.deepEqual(
    problems(handlers(`notfiy: {message: m}
slack: {}
notify:
  mesage: m
respond:
  team:
    message: m
set-values:
  set: {from: a}
  from: x
trigger-pipeline:
  args: [1]
manual-choice:
  title:
  choices:
    c: {header: h, options: [{text: t}, 5]}
github-comment: text
`)),
    [
      `app.yaml:7: ${AT}.notfiy: unknown kind of handler; did you mean "notify"?`,
      `app.yaml:8: ${AT}.slack: unknown kind of handler; the kinds are notify, manual-choice, respond, trigger-pipeline, ` +
      "set-values, github-comment",
      `app.yaml:9: ${AT}.notify: message is missing; add message`,
      `app.yaml:10: ${AT}.notify.mesage: unknown key; did you mean "message"?`,
      `app.yaml:12: ${AT}.respond.team: url is missing; add url`,
      `app.yaml:15: ${AT}.set-values.set: expected a list of maps, found a map; correct the value`,
      `app.yaml:16: ${AT}.set-values.from: unknown key; remove it; the keys here are set, if, enabled`,
      `app.yaml:17: ${AT}.trigger-pipeline: name is missing; add name`,
      `app.yaml:18: ${AT}.trigger-pipeline.args: expected a map, found a list; correct the value`,
      `app.yaml:20: ${AT}.manual-choice.title: expected text, found nothing; correct the value`,
      `app.yaml:22: ${AT}.manual-choice.choices.c.options[0]: value is missing; add value`,
      `app.yaml:22: ${AT}.manual-choice.choices.c.options[1]: expected a map, found a number; correct the value`,
      `app.yaml:23: ${AT}.github-comment: expected a map, found a text; correct the value`,
    ],
  );
});

Deno.test("keys that are nearly right are found at every level", () => {
  assert.deepEqual(
    problems(
      "jinja2_macros: {}\ncicd-contexts:\n  s:\n    pipeline: {}\n  t:\n    pipelines:\n      p:\n        event-handler: {}\n",
    ),
    [
      'app.yaml:1: jinja2_macros: unknown key; did you mean "jinja2-macros"?',
      'app.yaml:4: cicd-contexts.s.pipeline: unknown key; did you mean "pipelines"?',
      'app.yaml:8: cicd-contexts.t.pipelines.p.event-handler: unknown key; did you mean "event-handlers"?',
    ],
  );
});

Deno.test("wrong shapes above the handlers are problems", () => {
  assert.deepEqual(problems("bases: []\n"), [
    "app.yaml: cicd-contexts is missing; add cicd-contexts with a map by name",
  ]);
  assert.deepEqual(
    problems(
      "cicd-contexts:\n  s:\n  t: [1]\n  u: {pipelines: 1}\n  v: {pipelines: {p: x, q: {event-handlers: {e: 5}}}}\n",
    ),
    [
      "app.yaml:2: cicd-contexts.s: expected a map, found nothing; write {} or its keys",
      "app.yaml:3: cicd-contexts.t: expected a map, found a list; write {} or its keys",
      "app.yaml:4: cicd-contexts.u.pipelines: expected a map, found a number; correct the value",
      "app.yaml:5: cicd-contexts.v.pipelines.p: expected a map, found a text; correct the value",
      "app.yaml:5: cicd-contexts.v.pipelines.q.event-handlers.e: expected a map, found a number; correct the value",
    ],
  );
});

Deno.test("a template with a mistake is a problem with its line in the file and in the template", () => {
  assert.deepEqual(
    problems(
      "jinja2-macros:\n  m: '{{'\nvariables:\n  v: '{{ x'\n  w: 5\n" +
        handlers(
          "trigger-pipeline:\n  name: '{{ not rendered'\n  args:\n    a: |\n      one\n      {{ two\nrespond: {message: m, url: u, extra: '{{'}",
        ),
    ),
    [
      "app.yaml:2: jinja2-macros.m: line 1 of the macro: {{ is not closed; correct the macro",
      "app.yaml:4: variables.v: line 1 of the template: {{ is not closed; correct the template",
      "app.yaml:5: variables.w: expected text, found a number; put it in quotes",
      `app.yaml:15: ${AT}.trigger-pipeline.args.a: line 2 of the template: {{ is not closed; correct the template`,
      `app.yaml:18: ${AT}.respond.extra: line 1 of the template: {{ is not closed; correct the template`,
    ],
  );
});

Deno.test("only the chosen context is checked if one is named", () => {
  const text = "cicd-contexts:\n  s: {pipelines: 1}\n  t: {pipelines: 2}\n";
  assert.equal(problems(text).length, 2);
  assert.deepEqual(problems(text, "t"), [
    "app.yaml:3: cicd-contexts.t.pipelines: expected a map, found a number; correct the value",
  ]);
});

Deno.test("a problem in a base names the base", () => {
  const base = documentOf("bases/b.yaml", handlers("notfy: {}"));
  const merged = mergeApp({ app: documentOf("app.yaml", "cicd-contexts: {s: {}}"), bases: [base] });
  assert.deepEqual(checkApp({ merged, checkTemplate: brackets }).map(renderAppProblem), [
    `bases/b.yaml:7: ${AT}.notfy: unknown kind of handler; did you mean "notify"?`,
  ]);
});

Deno.test("a key that a file has twice is a warning with its line", () => {
  assert.deepEqual(repeatedKeyWarnings([documentOf("app.yaml", "a: 1\nb: 2\na: 3\n")]), [
    'app.yaml:3: the key "a" is in this map twice, and the later value is used',
  ]);
});
