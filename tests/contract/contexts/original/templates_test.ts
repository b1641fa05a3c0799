import assert from "node:assert/strict";
import { makeOriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");

const HANDLERS = `
          a: {notify: {if: "  ", message: "spaces"}}
          b: {notify: {if: "", message: never}}
          c: {notify: {if: " {{ '' }}", message: "a space before"}}
          d: {notify: {message: "  kept  {{ '' }}"}}
          e: {set-values: {if: " ", set: [{from: x, to: state.e}]}}
          f: {respond: {if: " ", message: " x ", url: "{SERVER}/r", extra: " y "}}
          g: {trigger-pipeline: {if: " ", name: n, args: {a: " z ", none: null, list: [1, "x"], map: {k: v}}}}
          h: {notify: {x: {enabled: false, message: "enabled counts above names only"}}}
          i: {notify: {enabled: false, x: {message: never}}}
          j: {notify: {enabled: "false", message: "only the boolean counts"}}
          k:
            set-values:
              set:
                - {from: "a,b", to: "state.list[]"}
                - {from: "b,c", to: "state.set{}"}
                - {from: "[]", to: "state.clear[]"}
          l:
            notify:
              message: "{% for x in [1,2] %}{% if x == 2 %}{% break %}{% endif %}{{x}}{% endfor %}"
          m:
            notify:
              message: |
                {{ {'b': 1, 'a': [true, none, 1.0]} | tojson }} {{ {'b': 1.50} | json_dumps }}
                {{ 'k=v,x=1' | kv_comma_pairs_to_json }}
          n:
            notify: {message: "{{ state | to_nice_yaml }}{{ 'ü' | to_base64 }}{{ '[1, {}]' | from_json }}"}
          o:
            notify:
              message: "{{absent}}|{{absent | default('d')}}|{{'yes' if state.key1}}|{{'no' if absent}}"
          p: {}
`;

function appWith(macros: string): string {
  return `${macros}
cicd-contexts:
  stage:
    channel: c
    pipelines:
      build:
        event-handlers:${HANDLERS}`;
}

const MACROS: Readonly<Record<string, string>> = {
  "without macros": "",
  "with macros that eat spaces": "jinja2-macros: {m: '{%- macro m() -%}x{%- endmacro -%} '}",
  "with macros that leave them":
    "jinja2-macros: {m: '{% macro m() %}x{% endmacro %}', n: ' {% macro n() %}y{% endmacro %} '}",
};

for (const [title, macros] of Object.entries(MACROS)) {
  tool.test(`templates and conditions have the original's results, ${title}`, async () => {
    await using world = await makeOriginalWorld({ files: { "app.yaml": appWith(macros) } });
    await world.same(["--init-new", "id-1", "--set", "state.key1=value1"]);
    let sent = 0;
    for (const event of "abcdefghijklmnop") {
      sent += (await world.same(["--handle-event", `build=${event}`])).requests.length;
    }
    assert.ok(sent >= 7, String(sent));
  });
}
