/**
 * The commands, each a piece of data in a file of its own. A command reads its arguments, calls one use-case of
 * `src/app` and hands the answer to `../render`; it decides nothing about environments, knows no driver, and writes
 * to no stream but through its {@link CommandEnv}. Arguments are checked before anything is loaded.
 *
 * A new command: copy the file that is most like it, add it below and in `load.ts`, rewrite the help goldens.
 *
 * @module
 */

import type { CommandSpec } from "../command.ts";
import { CLEANUP, CLEANUP_LABELS } from "./cleanup.ts";
import { COMPLETIONS } from "./completions.ts";
import { CONFIG } from "./config.ts";
import { DOCTOR } from "./doctor.ts";
import { EXPLAIN } from "./explain.ts";
import { EXTEND } from "./extend.ts";
import { GIT_CHECK } from "./git_check.ts";
import { HISTORY } from "./history.ts";
import { INIT } from "./init.ts";
import { LABELS } from "./labels.ts";
import { LIST } from "./list.ts";
import { LOGS } from "./logs.ts";
import { SETUP_LABELS } from "./setup_labels.ts";
import { SIMULATE } from "./simulate.ts";
import { START } from "./start.ts";
import { STATUS } from "./status.ts";
import { STOP } from "./stop.ts";
import { HANDLE_TRIGGER, SYNC } from "./sync.ts";
import { TEST_LIFECYCLE } from "./test_lifecycle.ts";
import { UNLOCK } from "./unlock.ts";
import { URL_COMMAND } from "./url.ts";
import { VERSION_COMMAND } from "./version.ts";

/** Every command, in the order of help. */
export const COMMANDS: readonly CommandSpec[] = [
  SYNC,
  START,
  STOP,
  STATUS,
  LIST,
  EXPLAIN,
  HISTORY,
  LOGS,
  URL_COMMAND,
  UNLOCK,
  EXTEND,
  LABELS,
  SETUP_LABELS,
  CLEANUP,
  HANDLE_TRIGGER,
  CLEANUP_LABELS,
  TEST_LIFECYCLE,
  SIMULATE,
  DOCTOR,
  INIT,
  CONFIG,
  GIT_CHECK,
  COMPLETIONS,
  VERSION_COMMAND,
];
