import { deepStrictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import {
  activeSha,
  isShaCarrying,
  type LabelState,
  parseLabel,
  readLabels,
  withLabel,
  withoutLabels,
} from "../../../../src/environments/core/labels/mod.ts";
import { anyNames, sha } from "./arbitraries.ts";

const A = sha("abc123f");
const B = sha("def456a");

/** A name list together with one of its permutations. */
const shuffled = anyNames.chain((names) =>
  fc.tuple(
    fc.constant(names),
    fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length }),
  )
);

/** Lists the entries of a state, because deepStrictEqual ignores the order of entries in a map. */
function flat(state: LabelState): unknown {
  return { ...state, environments: [...state.environments], flags: Object.entries(state.flags).sort() };
}

Deno.test("readLabels() returns the same for every order of the labels", () => {
  fc.assert(fc.property(shuffled, ([names, others]) => {
    equal(flat(readLabels(others)), flat(readLabels(names)));
    for (const head of [undefined, A, B]) {
      equal(activeSha(readLabels(others), head), activeSha(readLabels(names), head));
    }
  }));
});

Deno.test("readLabels() puts every name with the tent into ours or foreign, and no other", () => {
  fc.assert(fc.property(anyNames, (names) => {
    const state = readLabels(names);
    const told = [...state.ours.map((each) => each.name), ...state.foreign];
    equal(told.sort(), [...new Set(names)].filter((name) => name.trimStart().startsWith("🎪")).sort());
  }));
});

Deno.test("readLabels() files every label that carries a SHA under that SHA", () => {
  fc.assert(fc.property(anyNames, (names) => {
    const { environments } = readLabels(names);
    const filed = [...environments].flatMap(([short, each]) =>
      each.labels.map(({ name }) => `${short} ${name}`)
    );
    const carrying = [...new Set(names)].flatMap((name) => {
      const short = isShaCarrying(parseLabel(name));
      return short === undefined ? [] : [`${short} ${name}`];
    });
    equal(filed.sort(), carrying.sort());
  }));
});

Deno.test("readLabels() reads a whole environment", () => {
  const names = [
    "🎪 abc123f 🚦 running",
    "🎪 🎯 abc123f",
    "🎪 abc123f 📅 2024-01-15T14-30",
    "🎪 abc123f 🌐 52.1.2.3:8080",
    "🎪 abc123f ⌛ 24h",
    "🎪 abc123f 🤡 maxime",
    "🎪 showtime",
    "bug",
  ];

  const state = readLabels(names);

  equal(state.environments.get(A), {
    sha: A,
    statuses: ["running"],
    status: "running",
    createdAt: Date.UTC(2024, 0, 15, 14, 30),
    address: "52.1.2.3:8080",
    ttl: { kind: "duration", amount: 24, unit: "h" },
    requestedBy: "maxime",
    labels: names.slice(0, 6).sort().map((name) => ({ name, label: parseLabel(name) })),
  });
  equal([state.marker, state.active, state.preparing, state.foreign], [true, [A], [], []]);
  equal(state.ours.length, 7);
});

Deno.test("withoutLabels() returns the state of the other labels alone", () => {
  const some = anyNames.chain((names) => fc.tuple(fc.constant(names), fc.subarray([...names])));
  fc.assert(fc.property(some, ([names, gone]) => {
    equal(
      flat(withoutLabels(readLabels(names), gone)),
      flat(readLabels(names.filter((name) => !gone.includes(name)))),
    );
  }));
});

Deno.test("withLabel() returns the state of the labels and one more", () => {
  fc.assert(fc.property(anyNames, anyNames, (names, more) => {
    for (const added of readLabels(more).ours) {
      equal(flat(withLabel(readLabels(names), added)), flat(readLabels([...names, added.name])));
    }
  }));
});

Deno.test("readLabels() of no labels finds nothing", () => {
  equal(readLabels([]), {
    triggers: [],
    frozen: [],
    blocked: [],
    flags: {},
    flagNames: [],
    prTtl: undefined,
    marker: false,
    active: [],
    preparing: [],
    environments: new Map(),
    foreign: [],
    ours: [],
  });
});

Deno.test("readLabels() keeps every spelling of a trigger with its name", () => {
  equal(
    readLabels(["🎪 trigger-start", "🎪 ⚡ showtime-trigger-start", "🎪 SHOWTIME-trigger-stop"]).triggers,
    [
      { trigger: "stop", name: "🎪 SHOWTIME-trigger-stop" },
      { trigger: "start", name: "🎪 trigger-start" },
      { trigger: "start", name: "🎪 ⚡ showtime-trigger-start" },
    ].sort((a, b) => a.name < b.name ? -1 : 1),
  );
});

Deno.test("readLabels() names the labels that freeze, block or are foreign", () => {
  const state = readLabels(["🎪 freeze", "🎪 🔒 showtime-blocked", "🎪 blocked", "🎪 feedface rocks", "bug"]);

  equal(state.frozen, ["🎪 freeze"]);
  equal(state.blocked, ["🎪 blocked", "🎪 🔒 showtime-blocked"]);
  equal(state.foreign, ["🎪 feedface rocks"]);
});

Deno.test("readLabels() lets disable win over enable", () => {
  const state = readLabels([
    "🎪 conf-enable-A",
    "🎪 conf-disable-a",
    "🎪 conf-enable-B",
    "🎪 conf-disable-C",
  ]);

  equal(state.flags, { A: false, B: true, C: false });
  equal(state.flagNames.length, 4);
});

Deno.test("readLabels() takes the later of two statuses", () => {
  const order = ["building", "built", "deploying", "updating", "running", "failed", "stopping"];
  order.forEach((later, index) => {
    for (const earlier of order.slice(0, index + 1)) {
      const state = readLabels([`🎪 abc123f 🚦 ${later}`, `🎪 abc123f 🚦 ${earlier}`]);
      equal(state.environments.get(A)?.status, later);
    }
  });
});

Deno.test("readLabels() calls a status unknown only where none is known", () => {
  const statusOf = (...names: string[]) => readLabels(names).environments.get(A)?.status;

  equal(statusOf("🎪 abc123f 🚦 zombie"), "unknown");
  equal(statusOf("🎪 abc123f 🚦 zombie", "🎪 abc123f 🚦 running"), "running");
  equal(statusOf("🎪 🎯 abc123f"), undefined);
});

Deno.test("readLabels() chooses the newest time, the shortest time-to-live and the first text of duplicates", () => {
  const environment = readLabels([
    "🎪 abc123f 📅 2024-01-15T14-30",
    "🎪 abc123f 📅 2024-01-16T14-30",
    "🎪 abc123f ⌛ close",
    "🎪 abc123f ⌛ 2d",
    "🎪 abc123f ⌛ 47h",
    "🎪 abc123f 🌐 b.example:1",
    "🎪 abc123f 🌐 a.example:1",
    "🎪 abc123f 🤡 tri",
    "🎪 abc123f 🤡 ana",
  ]).environments.get(A);

  equal(environment?.createdAt, Date.UTC(2024, 0, 16, 14, 30));
  equal(environment?.ttl, { kind: "duration", amount: 47, unit: "h" });
  equal([environment?.address, environment?.requestedBy], ["a.example:1", "ana"]);
});

Deno.test("readLabels() takes the shortest of several times-to-live of the pull request", () => {
  equal(readLabels(["🎪 ⌛ close", "🎪 ⌛ 1w", "🎪 ⌛ 3d"]).prTtl, {
    kind: "duration",
    amount: 3,
    unit: "d",
  });
  equal(readLabels(["🎪 ⌛ close"]).prTtl, { kind: "close" });
});

Deno.test("activeSha() prefers the running head, else the newest", () => {
  const both = [
    "🎪 🎯 abc123f",
    "🎪 🎯 def456a",
    "🎪 abc123f 📅 2024-01-15T14-30",
    "🎪 def456a 📅 2024-01-16T14-30",
  ];
  const running = readLabels([...both, "🎪 abc123f 🚦 running"]);

  equal(activeSha(running, A), A);
  equal(activeSha(readLabels(both), A), B);
  equal(activeSha(running), B);
  equal(activeSha(readLabels(["🎪 🎯 abc123f"]), B), A);
  equal(activeSha(readLabels(["🎪 abc123f 🚦 running"]), A), undefined);
});

Deno.test("activeSha() takes a pointer with a time before one without", () => {
  equal(activeSha(readLabels(["🎪 🎯 abc123f", "🎪 🎯 def456a", "🎪 def456a 📅 1970-01-01T00-00"])), B);
  equal(activeSha(readLabels(["🎪 🎯 def456a", "🎪 🎯 abc123f"])), A);
});
