import assert from "node:assert/strict";
import type { NamedDocument } from "../../../../src/contexts/core/app_file/merge_app.ts";
import { AppError } from "../../../../src/lib/errors.ts";
import { parseYaml } from "../../../../src/contexts/core/yaml/mod.ts";

/** A file of a test, parsed. */
export function documentOf(name: string, text: string): NamedDocument {
  const outcome = parseYaml(text);
  assert.ok("document" in outcome, text);
  return { name, document: outcome.document };
}

/** The lines of the error that an action throws, with its exit code first. */
export function linesThrown(action: () => unknown): readonly (string | number)[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return [error.exitCode, ...error.message.split("\n").map((line) => line.trim())];
  }
  return [];
}
