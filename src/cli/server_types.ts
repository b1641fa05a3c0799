/** The server and the worker, as the command line starts them. */

import type { Terminal } from "../ports/terminal.ts";

/** The options of `serve`. */
export interface ServeOptions {
  readonly pipelinesFile: string;
  readonly envFile: string | undefined;
  readonly workerKeysFile: string | undefined;
  readonly host: string;
  /** 0 stands for any free port. */
  readonly port: number;
  readonly tracesEndpoint: string | undefined;
  readonly logsEndpoint: string | undefined;
  readonly stateFolder: string;
  readonly databaseUrl: string | undefined;
  /** Without a final slash. */
  readonly publicUrl: string | undefined;
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
  readonly maxQueued: number;
  readonly terminal: Terminal;
}

/** A running server. */
export interface RunningServer {
  /** As `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Settles when the server has stopped, which it does when the signal of its start aborts. */
  readonly finished: Promise<void>;
}
