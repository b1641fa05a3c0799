import { Cron } from "croner";
import { isLoopback } from "../../lib/loopback.ts";
import { toError, usageError } from "../../lib/errors.ts";
import { Access } from "../../pipelines/app/server/identify.ts";
import { driveEnvironments } from "../../pipelines/app/server/environments/drive_environments.ts";
import { serveEnvironments } from "../../pipelines/app/server/environments/served_environments.ts";
import { runBackground } from "../../pipelines/app/server/background.ts";
import { type NewsPorts, sendLateNews, sendNews } from "../../pipelines/app/server/send_news.ts";
import { StatusWriter } from "../../pipelines/app/server/show_statuses.ts";
import type { ServerPorts } from "../../pipelines/app/server/server_ports.ts";
import type { FilledMessage } from "../../pipelines/core/builds/plan_news.ts";
import { makeServerApp } from "../../server/http/server_app.ts";
import type { RunningServer, ServeOptions } from "../../cli/server_types.ts";
import { newSpanId, newTraceId } from "../random_ids.ts";
import type { Parts } from "../parts.ts";
import { openEnvironments } from "./open_environments.ts";
import { openGithub } from "./open_github.ts";
import { openBuilds } from "./open_builds.ts";
import { openServerFiles } from "./server_files.ts";

/**
 * Starts the server, which runs until `signal` aborts. Throws AppError (exit code 2) if a file has a mistake, if the address
 * is taken, or if it would listen beyond this machine without keys.
 */
export async function startServer(
  parts: Parts,
  options: ServeOptions,
  signal: AbortSignal,
): Promise<RunningServer> {
  const clock = await parts.clock;
  const { keepSecret, env } = parts.host;
  const { terminal } = options;
  const say = (line: string) => terminal.say(line);
  const files = await openServerFiles({ ...options, keepSecret, warn: (text) => terminal.warn(text) });
  const { store, queue } = await openBuilds({ ...options, clock });
  try {
    const workerKeys = await readKeys(options.workerKeysFile);
    const onLoopback = isLoopback(options.host);
    const access = new Access({ store, clock }, { workerKeys });
    if (!onLoopback && !await access.hasKeys(signal)) {
      throw usageError(
        "keys_missing",
        `Listening on ${options.host}: without a key everyone who reaches it could run programs`,
        "Add a key first: showtime keys add laptop --role admin",
      );
    }
    const news: NewsPorts = {
      store,
      files,
      clock,
      say,
      deliver: await makeDeliver(parts),
      urlOf: (id) => options.publicUrl === undefined ? undefined : `${options.publicUrl}/builds/${id}`,
      traceUrlOf: (traceId) => env["SHOWTIME_SERVER__TRACE_URL"]?.replaceAll("{TRACEID}", traceId),
    };
    const github = await openGithub(parts, terminal);
    const statuses = github === undefined
      ? undefined
      : new StatusWriter({ store, statuses: github.statuses, urlOf: news.urlOf, say });
    const holder = crypto.randomUUID();
    const environments = await openEnvironments(parts, {
      store,
      queue,
      clock,
      terminal,
      inForce: files.environments,
      folder: `${options.stateFolder}/environments`,
      limit: options.syncs,
      holder,
    });
    const ports: ServerPorts = {
      store,
      queue,
      files,
      clock,
      settings: {
        maxQueued: options.maxQueued,
        publicUrl: options.publicUrl,
        tracesEndpoint: options.tracesEndpoint,
        logsEndpoint: options.logsEndpoint,
      },
      newTraceId,
      newSpanId,
      mayWrite: github?.mayWrite,
      environments: serveEnvironments(environments, signal),
      onChange(id) {
        statuses?.take(id, signal);
        sendNews(news, id, signal).catch((error: unknown) => {
          if (!signal.aborted) say(`build ${id}: ${toError(error).message}`);
        });
      },
    };
    const app = makeServerApp({
      ports,
      access,
      onLoopback,
      trustedProxies: options.trustedProxies,
      githubSecret: env["SHOWTIME_SERVER__GITHUB_SECRET"],
      signal,
      onFailure: (error) =>
        terminal.warn(`A request failed: ${toError(error).stack ?? toError(error).message}`),
    });
    const server = listen(options, {
      fetch: (request, remote) => app.fetch(request, { remote }),
      signal,
    });
    const background = runBackground({
      ...ports,
      remoteRefs: (await import("../../drivers/git/mod.ts")).makeRemoteRefs({ shell: await parts.shell }),
      nextRun: (line, after) => new Cron(line, { timezone: "UTC" }).nextRun(new Date(after))?.getTime(),
      holder,
      sendLateNews: (stop) => sendLateNews(news, stop),
      showLateStatuses: async (stop) => await statuses?.takeLate(clock.now(), stop),
      say,
    }, signal);
    const driving = driveEnvironments(environments, signal)
      .finally(() => environments[Symbol.asyncDispose]());
    const watching = files.watch(signal);
    return {
      address: server.address,
      finished: Promise.all([server.finished, background, driving, watching]).then(() => store.close()),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Listening {
  readonly address: string;
  readonly finished: Promise<void>;
}

function listen(
  { host, port, certificate }: ServeOptions,
  { fetch, signal }: {
    readonly fetch: (request: Request, remote: string) => Response | Promise<Response>;
    readonly signal: AbortSignal;
  },
): Listening {
  try {
    const server = Deno.serve({
      hostname: host,
      port,
      signal,
      onListen: () => {},
      ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
    }, (request, { remoteAddr }) => fetch(request, (remoteAddr as Deno.NetAddr).hostname));
    const { port: bound } = server.addr as Deno.NetAddr;
    const shown = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
    return {
      address: `${certificate === undefined ? "http" : "https"}://${shown}:${bound}`,
      finished: server.finished,
    };
  } catch (cause) {
    const state = cause instanceof Deno.errors.AddrInUse
      ? "another program listens there"
      : toError(cause).message;
    throw usageError(
      "address_unusable",
      `Listening on ${host}:${port}: ${state}`,
      "Choose another --port or --host",
    );
  }
}

async function readKeys(path: string | undefined): Promise<readonly string[]> {
  if (path === undefined) return [];
  try {
    const lines = (await Deno.readTextFile(path)).split(/\r?\n/).map((line) => line.trim());
    return lines.filter((line) => line !== "" && !line.startsWith("#"));
  } catch (cause) {
    throw usageError(
      "keys_unreadable",
      `Reading the worker keys: ${toError(cause).message}`,
      "Name a file with a key on each line",
    );
  }
}

/** Makes the way out for messages: mail by SMTP, and webhooks that are signed if there is a key. */
async function makeDeliver(
  parts: Parts,
): Promise<(message: FilledMessage, signal: AbortSignal) => Promise<void>> {
  const { env } = parts.host;
  const [{ makeMailer }, { makeHttp }] = await Promise.all([
    import("../../drivers/smtp/mod.ts"),
    import("../../drivers/http/mod.ts"),
  ]);
  const mailer = makeMailer({
    url: env["SHOWTIME_SERVER__SMTP_URL"] ?? "smtp://localhost:25",
    from: env["SHOWTIME_SERVER__MAIL_FROM"] ?? "Showtime <showtime@localhost>",
  });
  const http = makeHttp();
  return async (message, signal) => {
    if (message.kind === "email") {
      const { to, subject, text, html } = message;
      return await mailer.send({ to, subject, text, html }, signal);
    }
    const body = JSON.stringify(message.document);
    const key = env["SHOWTIME_SERVER__WEBHOOK_KEY"];
    const { sign } = await import("@octokit/webhooks-methods");
    const { status } = await http.send({
      method: "POST",
      url: message.url,
      headers: {
        "content-type": "application/json",
        ...(key === undefined ? {} : { "x-showtime-signature-256": await sign(key, body) }),
      },
      body,
      timeoutMs: 20_000,
    }, signal);
    if (status >= 300) {
      throw new Error(`Sending to ${URL.parse(message.url)?.origin ?? "a URL"}: it answered ${status}`);
    }
  };
}
