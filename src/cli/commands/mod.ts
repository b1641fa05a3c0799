/**
 * The commands, each a piece of data in a file of its own. A command reads its arguments, calls one use-case of
 * `src/environments/app` and hands the answer to `../render`; it decides nothing about environments, knows no driver, and writes
 * to no stream but through its {@link CommandEnv}. Arguments are checked before anything is loaded.
 *
 * A new command: copy the file that is most like it, add it below and in `load.ts`, rewrite the help goldens.
 *
 * @module
 */

import type { CommandSpec } from "../command.ts";
import { CLEANUP, CLEANUP_LABELS } from "./environments/cleanup.ts";
import { COMPLETIONS } from "./general/completions.ts";
import { CONFIG } from "./general/config.ts";
import { DOCTOR } from "./general/doctor.ts";
import { EXPLAIN } from "./environments/explain.ts";
import { EXTEND } from "./environments/extend.ts";
import { GIT_CHECK } from "./environments/git_check.ts";
import { HISTORY } from "./environments/history.ts";
import { INIT } from "./general/init.ts";
import { LABELS } from "./environments/labels.ts";
import { LIST } from "./environments/list.ts";
import { LOGS } from "./environments/logs.ts";
import { SETUP_LABELS } from "./environments/setup_labels.ts";
import { SIMULATE } from "./general/simulate.ts";
import { START } from "./environments/start.ts";
import { STATUS } from "./environments/status.ts";
import { STOP } from "./environments/stop.ts";
import { HANDLE_TRIGGER, SYNC } from "./environments/sync.ts";
import { TEST_LIFECYCLE } from "./general/test_lifecycle.ts";
import { UNLOCK } from "./environments/unlock.ts";
import { URL_COMMAND } from "./environments/url.ts";
import { VERSION_COMMAND } from "./general/version.ts";

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
