/** Makes the screens of README.md anew: `deno task screens`. */

import { playScreens, renderLabels, replaceScreens } from "./mod.ts";

const ROOT = new URL("../../", import.meta.url);

async function main(): Promise<void> {
  const { texts, labels } = await playScreens();
  const readme = new URL("README.md", ROOT);
  await Deno.writeTextFile(readme, replaceScreens(await Deno.readTextFile(readme), texts));
  await Deno.writeTextFile(
    new URL(".github/labels.svg", ROOT),
    renderLabels(labels, { text: "Add dark mode", number: 1234 }),
  );
}

if (import.meta.main) await main();
