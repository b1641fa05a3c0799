/** The keys of a node, and what to write instead of the keys of other tools. */

import { nearest } from "../../../lib/nearest.ts";
import { quote } from "../../../lib/quote.ts";
import type { Finding } from "./findings.ts";

/** The keys of a node. */
export const NODE_KEYS = [
  "name",
  "exec",
  "run",
  "steps",
  "order",
  "max-parallel",
  "timeout",
  "if-changeset-matches",
  "cwd",
  "env",
  "secrets",
  "setup",
  "teardown",
  "strict-teardown",
] as const;

/** One of {@link NODE_KEYS}. */
export type NodeKey = typeof NODE_KEYS[number];

const KNOWN: ReadonlySet<string> = new Set(NODE_KEYS);

/** Whether a node has a key of that name. */
export function isNodeKey(key: string): key is NodeKey {
  return KNOWN.has(key);
}

const RUN =
  'Write the command as "run" (a text for the shell) or as "exec" (a list of a program and its arguments)';
const ORDER = 'Steps run in their order; "order: unordered" runs the steps of a node side by side';
const CONDITION = 'The only condition of a step is "if-changeset-matches", a pattern for the changed paths';

/** Keys that other tools have, without dashes. */
const FOREIGN: Readonly<Record<string, string>> = {
  cmd: RUN,
  command: RUN,
  commands: RUN,
  script: RUN,
  shell: RUN,
  args: 'Write the program and its arguments as one list: "exec: [program, argument]"',
  jobs: 'Write the nodes below "steps"',
  stages: 'Write the nodes below "steps"',
  tasks: 'Write the nodes below "steps"',
  children: 'Write the nodes below "steps"',
  needs: ORDER,
  dependson: ORDER,
  parallel: ORDER,
  if: CONDITION,
  when: CONDITION,
  only: CONDITION,
  paths: CONDITION,
  dir: 'Write the folder as "cwd"',
  workdir: 'Write the folder as "cwd"',
  workingdir: 'Write the folder as "cwd"',
  workingdirectory: 'Write the folder as "cwd"',
  environment: 'Write the variables as "env", a map',
  variables: 'Write the variables as "env", a map',
  vars: 'Write the variables as "env", a map',
  timeoutminutes: 'Write "timeout: 10m"',
  timeoutseconds: 'Write "timeout: 10"',
  before: 'Write it as "setup", a node',
  beforescript: 'Write it as "setup", a node',
  after: 'Write it as "teardown", a node',
  afterscript: 'Write it as "teardown", a node',
  finally: 'Write it as "teardown", a node',
  version: 'Write "version: 1" at the top of the file, beside the first name, and nowhere else',
  "<<": "YAML 1.2 has no merge keys: repeat the keys here, or write shared variables as env of the parent",
};

/** Describes a key that no node has, with the key that was probably meant. */
export function describeUnknownKey(key: string): Finding {
  const near = nearest(key, NODE_KEYS);
  const plain = key.toLowerCase().replace(/[-_]/g, "");
  const foreign = Object.hasOwn(FOREIGN, plain) ? FOREIGN[plain] : undefined;
  const hint = foreign ??
    (near === undefined ? `A node has the keys ${NODE_KEYS.join(", ")}` : `Did you mean "${near}"?`);
  return { message: `unknown key ${quote(key)}`, hint, at: "key" };
}
