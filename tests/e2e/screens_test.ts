import assert from "node:assert/strict";
import { readPages } from "../worlds/readme.ts";
import { part } from "../worlds/require.ts";
import { findScreens, playScreens, renderBlock, renderLabels, steady } from "../../tools/screens/mod.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

const ROOT = new URL("../../", import.meta.url);

needs.test("the screens of README.md and docs/ are what the program says and does", async () => {
  const shown = new Map([...await readPages()].flatMap(([, page]) => [...findScreens(page)]));
  const picture = await Deno.readTextFile(new URL(".github/labels.svg", ROOT));

  const { texts, labels } = await playScreens();

  assert.deepEqual([...shown.keys()].sort(), [...texts.keys()].sort());
  for (const [name, text] of texts) {
    const block = shown.get(name) ?? "";
    const made = renderBlock(text, /^```\w*/.exec(block)?.[0]);
    assert.equal(steady(block), steady(made), `the screen "${name}": deno task screens makes it anew`);
  }
  const drawn = renderLabels(labels, { text: "Add dark mode", number: 1234 });
  assert.equal(steady(picture), steady(drawn), "the labels: deno task screens draws them anew");
});
