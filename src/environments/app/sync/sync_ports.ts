import type { Clock } from "../../../ports/clock.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Images } from "../../ports/images.ts";
import type { Platform } from "../../ports/platform.ts";
import type { LockPorts } from "../lock/held_lock.ts";
import type { LinkMaker } from "../run.ts";
import type { ObservePorts } from "./observe_pull.ts";

/** The ports and values that a pull request is changed with, on GitHub and on the platform, under its lock. */
export interface SyncPorts extends LockPorts, ObservePorts {
  /** As `https://github.com`. */
  readonly serverUrl: string;
  readonly forge: Forge;
  readonly platform: Platform;
  readonly images: Images;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly identity: ObservePorts["identity"];
  readonly links: LinkMaker;
  /** GitHub is not written to: plans are applied once and not looked at again. */
  readonly githubDryRun: boolean;
}
