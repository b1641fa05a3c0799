/**
 * The house's rules as a Deno lint plugin: who may import whom, what the core may not touch, how files and functions
 * look. The tables stand in `rooms.ts`, each rule in its file, and `layers_test.ts` shows each one fire and not fire.
 *
 * @module
 */

import { fileLength, fileName, testFile } from "./file_rules.ts";
import { imports } from "./import_rules.ts";
import { pureCore } from "./pure_core_rule.ts";
import { fewParameters, noDefaultExport, noEnum, noLongAny, noModuleState } from "./style_rules.ts";

/** The plugin, as `layers/<rule>` in reports and in `deno-lint-ignore`. */
export const layers: Deno.lint.Plugin = {
  name: "layers",
  rules: {
    "imports": imports,
    "pure-core": pureCore,
    "no-default-export": noDefaultExport,
    "no-enum": noEnum,
    "no-module-state": noModuleState,
    "few-parameters": fewParameters,
    "no-long-any": noLongAny,
    "file-length": fileLength,
    "file-name": fileName,
    "test-file": testFile,
  },
};

// Deno takes a plugin by its default export only.
// deno-lint-ignore layers/no-default-export
export default layers;
