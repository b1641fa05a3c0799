import type { Clock } from "../../../ports/clock.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { Forge } from "../../ports/forge.ts";
import type { EnvironmentEvents } from "../../ports/environment_events.ts";
import type { EnvironmentContent } from "../../ports/content.ts";
import type { Images } from "../../ports/images.ts";
import type { Platform } from "../../ports/platform.ts";
import type { LockPorts } from "../lock/held_lock.ts";
import type { PlatformKind } from "../../core/environment/environment.ts";
import type { LinkMaker } from "../run.ts";
import type { ObservePorts } from "../observe/observe_pull.ts";

/** The ports and values that changing a pull request uses, on GitHub and on the platform, under its lock. */
export interface SyncPorts extends LockPorts, ObservePorts {
  readonly platformKind: PlatformKind;
  /** For example `https://github.com`. */
  readonly serverUrl: string;
  readonly forge: Forge;
  readonly platform: Platform;
  readonly images: Images;
  /** Loads the port to the content of commits; undefined if none is configured. */
  readonly content?: (() => Promise<EnvironmentContent>) | undefined;
  /** Loads the port to events about environments; undefined if none is configured. */
  readonly events?: (() => Promise<EnvironmentEvents>) | undefined;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly identity: ObservePorts["identity"];
  readonly links: LinkMaker;
  /**
   * A dry run of GitHub: nothing is written to it, so a plan is applied once and the pull request is not
   * observed again.
   */
  readonly githubDryRun: boolean;
}
