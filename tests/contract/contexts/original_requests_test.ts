import assert from "node:assert/strict";
import { ORIGINAL_RULES, OUR_RULES } from "../../../src/contexts/core/events/event_rules.ts";
import { findValue } from "../../../src/contexts/app/find_value.ts";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import { applyOperations } from "../../../src/contexts/core/tree/operations.ts";
import { parseJson } from "../../../src/contexts/core/tree/parse_json.ts";
import { readPath } from "../../../src/contexts/core/tree/path.ts";
import { isValueMap, toValue, type Value, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { makeEventWorld } from "../../worlds/contexts/event_world.ts";
import cases from "./event_cases.json" with { type: "json" };
import recorded from "./original_requests.json" with { type: "json" };

// These say how a request was carried, not what it is.
const CARRIER = new Set([
  "host",
  "user-agent",
  "accept-encoding",
  "accept-language",
  "content-length",
  "connection",
]);

const { config, secrets } = cases;

for (const rules of [OUR_RULES, ORIGINAL_RULES]) {
  const named = rules === OUR_RULES ? "our rules" : "the original's rules";
  for (const each of recorded.cases) {
    Deno.test(`requests and values are those of the original under ${named}: ${each.name}`, async () => {
      const origin = "http://events.example";
      const atServer = (text: string) => text.replaceAll("{SERVER}", origin);
      await using world = await makeEventWorld({
        id: "id-1",
        slackOrigin: origin,
        tree: readMap(atServer(recorded.tree)),
        settings: {
          slack: { url: `${origin}/slack`, token: secrets.slack.token },
          templates: config.templates,
          trigger: {
            url: `${origin}/trigger`,
            headers: config.trigger.headers,
            autoArgs: asMap(toValue(config.trigger["auto-args"])),
          },
          capture: {
            "notify": config.notify["auto-capture-response-data"],
            "manual-choice": config["manual-choice"]["auto-capture-response-data"],
          },
          secretUrls: [],
          secretData: asMap(toValue(secrets)),
          configData: readMap(atServer(JSON.stringify(config))),
        },
      });

      const vars = (tree: ValueMap) => variables(tree, each.vars ?? []);
      const result = await world.fire({ event: each.event, vars, rules });

      // The documented difference: an error inside of `if` counts as blank for the original only.
      const failing = rules.ifErrorFails && each.failingIf === true;
      assert.equal(result.exitCode, failing ? 1 : each.exitCode, JSON.stringify(result));
      const seen = world.server.requests.map(({ headers, ...rest }) => ({
        ...rest,
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !CARRIER.has(name))),
        length: headers["content-length"],
      }));
      const keys = seen.map(({ headers }) => headers["idempotency-key"]);
      assert.equal(new Set(keys).size, seen.length, "each request has an Idempotency-Key of its own");
      assert.ok(keys.every((key) => key !== undefined));
      assert.deepEqual(
        seen,
        each.requests.map(({ headers, ...rest }, index) => ({
          ...rest,
          body: atServer(rest.body),
          headers: { ...headers, "idempotency-key": keys[index] },
          length: String(new TextEncoder().encode(atServer(rest.body)).length),
        })),
      );
      assert.equal(formatJson(await world.get("state") ?? null), atServer(each.stateAfter));
    });
  }
}

/** Makes variables as the original does: text that names nothing stays text. */
function variables(tree: ValueMap, pairs: readonly string[]): ValueMap {
  let made: ValueMap = new Map();
  for (const pair of pairs) {
    const { path, rest } = readPath(pair);
    const expression = rest.slice(1);
    made = applyOperations(made, [{ op: "set", path, value: findValue(tree, expression) ?? expression }]);
  }
  return made;
}

function readMap(text: string): ValueMap {
  const parsed = parseJson(text);
  assert.ok("value" in parsed);
  return asMap(parsed.value);
}

function asMap(value: Value): ValueMap {
  assert.ok(isValueMap(value));
  return value;
}
