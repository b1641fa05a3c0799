import fc from "fast-check";

const WORDS = [
  ..."a b key x-y path.to isPrimary __proto__ constructor <<".split(" "),
  ...'"q" \'s\' "a: b" \'it\'\'s\' "" \'\' "\\\\n" "open \'open "<<"'.split(" "),
  ..."1 01 0x1F 1_000 12:30 1.5 1. .5 1e3 1e-7 -1 - -- +1 .inf .nan 9007199254740993 0o7 2024-01-15".split(
    " ",
  ),
  ..."true yes No ON null ~ = y n True NULL".split(" "),
  ..."[] {} [a,b] {a:b} [1] # #x & &a *a ! !!str | > % @ ` , ? ?x : :x a:b http://h:80/p é \u00a0 \u3000 😀 \t"
    .split(" "),
];
const SIGNS = ["", " ", "  ", ": ", ":", " : ", ", ", ",", "{", "}", "[", "]", "- ", " #", "'", '"', "\r"];
const word = fc.constantFrom(...WORDS);
const simple = fc.constantFrom(
  "text",
  "a b",
  "1",
  "true",
  "30s",
  "127.0.0.1",
  "null",
  "yes",
  "x-y/z_1",
  "1.0",
  "~",
  "https://h.example:80/p",
  "a:b",
);
const name = fc.constantFrom("a", "b", "c", "key", "isPrimary", "x-y");
const soup = fc.array(fc.oneof(word, fc.constantFrom(...SIGNS)), { maxLength: 6 }).map((parts) =>
  parts.join("")
);
const flow = fc.oneof(
  fc.dictionary(name, simple, { maxKeys: 3 }).map((map) =>
    `{${Object.entries(map).map(([key, value]) => `${key}: ${value}`).join(", ")}}`
  ),
  fc.array(simple, { maxLength: 3 }).map((list) => `[${list.join(", ")}]`),
  fc.json({ maxDepth: 2 }),
);
const value = fc.oneof(
  { weight: 5, arbitrary: simple },
  { weight: 2, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: flow },
  { weight: 2, arbitrary: soup },
);
const line = fc.tuple(
  fc.constantFrom(0, 0, 0, 1, 2, 2, 4),
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(name, value).map(([key, each]) => `${key}:${each === "" ? "" : ` ${each}`}`),
    },
    { weight: 3, arbitrary: value.map((each) => `- ${each}`) },
    { weight: 2, arbitrary: fc.tuple(name, value).map(([key, each]) => `- ${key}: ${each}`) },
    { weight: 1, arbitrary: soup },
    { weight: 1, arbitrary: fc.constantFrom("", "# note", "---", "...", "%YAML 1.2") },
  ),
).map(([indent, content]) => " ".repeat(indent) + content);

/** Blocks as people write them, some with one line that is out of place. */
const block: fc.Arbitrary<readonly string[]> = fc.letrec<{ block: readonly string[] }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.uniqueArray(fc.tuple(name, fc.oneof(simple, flow)), {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 3,
    })
      .map((entries) => entries.map(([key, each]) => `${key}: ${each}`)),
    fc.array(fc.oneof(simple, flow), { minLength: 1, maxLength: 3 }).map((list) =>
      list.map((each) => `- ${each}`)
    ),
    fc.array(tie("block"), { minLength: 1, maxLength: 2 }).map((list) =>
      list.flatMap((lines) => lines.map((each, index) => (index === 0 ? "- " : "  ") + each))
    ),
    fc.uniqueArray(fc.tuple(name, tie("block"), fc.constantFrom("", "  ", "    ")), {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 3,
    }).map((entries) =>
      entries.flatMap(([key, lines, indent]) => [`${key}:`, ...lines.map((each) => indent + each)])
    ),
  ),
})).block;

/** Texts that are YAML, or almost. */
export const yamlSoup: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.array(line, { minLength: 1, maxLength: 7 }).map((lines) => lines.join("\n")) },
  { weight: 4, arbitrary: block.map((lines) => lines.join("\n")) },
  {
    weight: 3,
    arbitrary: fc.tuple(block, fc.nat(), line).map(([lines, at, other]) =>
      lines.toSpliced(at % (lines.length + 1), 0, other).join("\n")
    ),
  },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: flow },
);
