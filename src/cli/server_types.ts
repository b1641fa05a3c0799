/** The server and the worker, as the command line starts them. */

import type { BuildStore } from "../pipelines/ports/build_store.ts";
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
  /** The addresses of proxies before the server. */
  readonly trustedProxies: readonly string[];
  /** The number of syncs of environments that run at a time. */
  readonly syncs: number;
  readonly terminal: Terminal;
}

/** A running server. */
export interface RunningServer {
  /** As `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Settles when the server has stopped, which it does when the signal of its start aborts. */
  readonly finished: Promise<void>;
}

/** The place of a server's store. */
export interface StorePlace {
  readonly stateFolder: string;
  readonly databaseUrl: string | undefined;
}

/** The calls to a server by the commands about builds. Each throws AppError. */
export interface ServerCalls {
  /** Sends a request and returns the JSON of its answer. */
  ask(
    request: { readonly method: "GET" | "POST"; readonly path: string; readonly body?: unknown },
    signal: AbortSignal,
  ): Promise<unknown>;
  /** Opens the body of an answer. */
  open(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

/** The options of `worker`. */
export interface WorkerOptions {
  readonly url: string;
  readonly key: string | undefined;
  readonly workspaceRoot: string;
  readonly name: string | undefined;
  readonly tags: readonly string[];
  readonly slots: number;
  readonly drainMs: number;
  /** The names of further variables for builds. */
  readonly passEnv: readonly string[];
  readonly terminal: Terminal;
}

/** The makers of what the commands about the server use. */
export interface ServerWiring {
  /** Starts the server. Throws AppError (exit code 2). */
  server(options: ServeOptions, signal: AbortSignal): Promise<RunningServer>;
  /** Runs a worker until `signal` aborts. Throws AppError (exit code 2). */
  worker(options: WorkerOptions, signal: AbortSignal): Promise<void>;
  /** Makes the calls to a server. Throws AppError `server_url_invalid` (exit code 2). */
  serverCalls(server: { readonly url: string; readonly key: string | undefined }): Promise<ServerCalls>;
  /** Opens a server's store, and makes it if it is absent. Throws AppError. */
  buildStore(place: StorePlace): Promise<BuildStore>;
  /** Opens a server's store; undefined if no server has made one yet. Throws AppError. */
  existingStore(place: StorePlace): Promise<BuildStore | undefined>;
}
