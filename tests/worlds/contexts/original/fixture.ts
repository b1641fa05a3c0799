/**
 * The files of a project that uses the original tool. `{SERVER}` stands for the address of the test's own
 * server.
 */

/** Files by their path. */
export type Files = Readonly<Record<string, string>>;

/** Stores in files, with YAML as the primary. */
export const FILE_STORES = `
    yamlfile: {path: d.yaml, isPrimary: true}
    jsonfile: {path: out/d.json}
    shellfile: {path: d.sh, excludeKeyNames: [jinja2Macros, appPipelinesConfig, pipelines, lst]}
    idfile: {path: d.id}`;

/** Makes the configuration with stores of a test's choice. */
export function makeConfig(datasources: string = FILE_STORES): string {
  return `
cicdstatemgr:
  datasources:${datasources}
  slack:
    url: "{SERVER}/slack"
    room: general
  http: {attempts: 1}
  custom: {name: c1, list: [1, 2]}
  templates:
    notify: |
      {"channel": "{{channel}}", "text": {{notify.message|json_dumps}}}
    manual-choice: |
      {"title": "{{manualChoice.title}}", "choices": [
      {%- for name, c in manualChoice.choices.items() -%}
      {"name": "{{name}}", "header": "{{c.header}}", "options": {{c.options|tojson}}}
      {%- if not loop.last %},{% endif %}
      {%- endfor -%}]}
    respond: '{"text": {{respond.message|json_dumps}}, "extra": "{{respond.extra}}"}'
  trigger:
    url: "{SERVER}/trigger"
    headers:
      - {name: x-key, value: "{{secretData.trigger.token}}"}
      - {name: x-id, value: "{{state.cicdContextDataId}}"}
    auto-args: {id: "{{state.cicdContextDataId}}", n: 5, who: auto}
  notify:
    auto-capture-response-data:
      - {from: "{{body.channel}}", to: state.slackChannel}
`;
}

/** The secrets that belong to it. */
export const SECRETS = `
cicdstatemgr:
  slack: {token: SLACKTOK}
  trigger: {token: TRIGTOK}
`;

const BASE_1 = `
jinja2-macros:
  wrap: |
    {%- macro wrap(x) -%}b1 {{x}}{%- endmacro -%}
  who: |
    {%- macro who(name="") -%}{{ name or state.key1 }}{%- endmacro -%}
variables:
  v0: "b1 {{state.key1}}"
cicd-contexts:
  stage:
    channel: stage1
    lst: [1, 2]
    zero: 0
    "10": ten
    "9": nine
    pipelines:
      build:
        event-handlers:
          inherited:
            notify: {message: "from the base"}
          switched-off:
            notify: {message: never}
  prod:
    channel: prod1
    pipelines: {}
`;

const BASE_2 = `
jinja2-macros:
  wrap: |
    {%- macro wrap(x) -%}<{{x}}>{%- endmacro -%}
variables:
  v0: "b2 {{state.key1}}"
cicd-contexts:
  stage:
    lst: [3]
    zero: {now: map}
`;

const APP = String.raw`
bases: [b1.yaml, b2.yaml]
variables:
  v1: "{{ wrap(state.key1) }} app {{ variables.v0 }}"
cicd-contexts:
  stage:
    pipelines:
      build:
        event-handlers:
          switched-off:
            notify: {enabled: false}
          told:
            notify:
              first: {if: "{{ nope.x }}", message: never}
              second:
                message: 'say "{{who()}}" {{who("z")}} {{configData.slack.room}}'
                color: red
                capture-response-data:
                  - {from: " {{body.ts}} ", to: "state.{{state.key1}}.ts"}
                  - {from: "{{body.absent}}", to: state.never}
                  - {from: "{{body.list}}", to: "state.all[]"}
          triggered:
            trigger-pipeline:
              name: other
              args: {a: "{{state.key1}}", who: mine, f: 1.5, b: true}
          answered:
            respond:
              message: "  hi {{state.key1}}  "
              url: "{{state.respondUrl}} "
              extra: "x {{respond.message}}"
          asked:
            manual-choice:
              title: "Pick for {{state.key1}}"
              capture-response-data:
                - {from: "{{body.ts}}", to: state.asked}
              choices:
                listed:
                  header: "listed {{state.key1}}"
                  options: [{text: "T {{state.key1}}", value: "V", style: "{{raw}}"}]
              choice-generators:
                every:
                  foreach: "state.items"
                  iterator: item
                  template: |
                    choice-{{item.name}}:
                      header: "{{ '{{' }}state.key1{{ '}}' }} of {{item.name}}"
                      options:
                        - {text: "{{item.name}}!", value: "{{item.n}}", style: "plain"}
                    ignored: {header: x, options: []}
          assigned:
            set-values:
              a:
                if: "  "
                set: [{from: never, to: state.never}]
              b:
                set:
                  - {from: "  from {{state.key1}} ", to: state.b1}
                  - {from: "{{state.b1}}", to: state.b2}
                  - {from: " ", to: state.b3}
              c:
                set: [{from: "{{state.b1}}", to: state.c1}]
          both:
            set-values:
              set: [{from: "from {{state.key1}}", to: state.note}]
            notify:
              message: "after {{state.note}}"
          strange:
            telegram: {message: "to nobody"}
            notify:
              if: "False"
              message: "False counts as true"
          spaced:
            notify: {if: "{{ '  ' }}", message: "a space counts as true"}
            set-values: {if: "{{ '  ' }}", set: [{from: x, to: state.spaced}]}
        generators:
          files:
            first:
              set:
                - {key: gen.value1, value: "{{v}}"}
                - {key: "gen.same[]", value: "[]"}
                - {key: gen.empty, value: ""}
            second:
              if: "{{ nope.x }}"
              set: [{key: gen.never, value: x}]
            third:
              set:
                - {key: gen.next, value: "{{gen.value1}}!"}
                - {key: "gen.of {{state.key1}}", value: "{{ nope }}"}
          nothing:
            only:
              if: ""
              set: [{key: gen.never, value: x}]
`;

/** The whole project. */
export const PROJECT: Files = {
  "config.yaml": makeConfig(),
  "secrets.yaml": SECRETS,
  "bases/b1.yaml": BASE_1,
  "bases/b2.yaml": BASE_2,
  "app.yaml": APP,
};

/** The variables that name its files. */
export const VARIABLES: Readonly<Record<string, string>> = {
  CICDSTATEMGR_CONFIG_PATH: "config.yaml",
  CICDSTATEMGR_SECRETS_PATH: "secrets.yaml",
  CICDSTATEMGR_INIT_APP_CONFIG_PATH: "app.yaml",
  CICDSTATEMGR_BASES_DIR_PATH: "bases",
  CICDSTATEMGR_CONTEXT_DATA_ID: "id-1",
};
