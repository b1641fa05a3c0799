/** Makes the screens of README.md and docs/ anew: `deno task screens`. */

import { readPages } from "../../tests/worlds/readme.ts";
import { playScreens, renderLabels, replaceScreens } from "./mod.ts";

const ROOT = new URL("../../", import.meta.url);

async function main(): Promise<void> {
  const { texts, labels } = await playScreens();
  for (const [path, page] of await readPages()) {
    await Deno.writeTextFile(new URL(path, ROOT), replaceScreens(page, texts));
  }
  await Deno.writeTextFile(
    new URL(".github/labels.svg", ROOT),
    renderLabels(labels, { text: "Add dark mode", number: 1234 }),
  );
}

if (import.meta.main) await main();
