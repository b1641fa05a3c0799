/** Prints the file that its argument names, read as commands about pipelines read it. */

import { makePipelineFiles } from "../../../src/drivers/system/mod.ts";

const text = await makePipelineFiles().readText(Deno.args[0] ?? "", new AbortController().signal);
await Deno.stdout.write(new TextEncoder().encode(text));
