/**
 * The small application that `test-lifecycle` builds and runs: a page that says which commit it comes from. It is
 * written to a temporary folder with its Dockerfile. What must not happen here: anything outside that folder.
 */

export { type DemoApp, prepareDemoApp } from "./prepare.ts";
export { isStaticElf } from "./static_elf.ts";
