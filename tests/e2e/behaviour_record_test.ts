/**
 * The record of what the program does: `tests/golden/record/<scene>.txt` has exit codes, requests, JSON and labels, and
 * `<scene>_text.txt` has what people read. Rebuilding the program from inside changes neither.
 */

import { formatFacts, formatText, record, SCENES } from "../worlds/behaviour.ts";
import { assertGolden } from "../worlds/golden.ts";

for (const scene of SCENES) {
  Deno.test(`the commands of ${scene.name} answer, ask GitHub and change labels as recorded`, async () => {
    const records = await record(scene);
    assertGolden(`record/${scene.name}.txt`, formatFacts(records));
    assertGolden(`record/${scene.name}_text.txt`, formatText(records));
  });
}
