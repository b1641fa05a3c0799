import { formatJson, parseJson, type Tree, type TreeMap } from "../../assets/core/tree.ts";
import { AppError } from "../../lib/errors.ts";
import { type LoggedRequest, RequestLog } from "../github/control/request_log.ts";
import { Accounts } from "./api/accounts.ts";
import { toResponse } from "./api/answers.ts";
import { fileOf } from "./api/export_files.ts";
import { route } from "./api/route.ts";
import { faultReply, spoilBody } from "./control/answer_faulty.ts";
import { type Edit, type Fault, Faults, parseEdit, parseFaults } from "./control/faults.ts";
import type { ImportFile } from "./imports/read_bundle.ts";
import { writeBundle } from "./imports/write_bundle.ts";
import { readBundle } from "./imports/read_bundle.ts";
import { zipSync } from "fflate";
import type { Seed } from "./seed.ts";
import { KINDS } from "./state/kinds.ts";
import { nameOf, State } from "./state/state.ts";

/** Settings that tests need. */
export interface SupersetSimulatorOptions {
  /** Milliseconds since 1970; the machine's clock if left out. */
  readonly now?: () => number;
  /** Called before a request is answered, with its method and path. */
  readonly onRequest?: (request: string) => void | Promise<void>;
  /** Called when a request has taken effect, before its answer leaves. */
  readonly onEffect?: (request: string) => void | Promise<void>;
}

/** A stateful Superset in memory. */
export class SupersetSimulator {
  readonly #seed: Seed;
  readonly #options: SupersetSimulatorOptions;
  readonly #accounts: Accounts;
  readonly #faults = new Faults();
  readonly #log = new RequestLog();
  #state: State;

  constructor(seed: Seed, options: SupersetSimulatorOptions = {}) {
    const { profile, users, publicRole, tokenSeconds, lastId } = seed;
    const now = options.now ?? Date.now;
    this.#seed = seed;
    this.#options = options;
    this.#accounts = new Accounts({ profile, users, publicRole, tokenSeconds, now });
    const empty = new State({ profile, users }, { lastId });
    this.#state = plant(seed, empty);
  }

  /** Returns the server's content as data: users of rows by number, files as an export has them. */
  state(): TreeMap {
    const { profile } = this.#seed;
    const rows = KINDS.map((kind): [string, Tree] => [
      `${kind}s`,
      this.#state.rows(kind).map((row) => ({
        id: row.id,
        uuid: row.uuid,
        name: nameOf(row),
        owners: row.owners,
        members: row.members,
        password: row.password === undefined ? null : "stored",
        file: fileOf(row, this.#state),
      })),
    ]);
    return { profile, ...Object.fromEntries(rows) };
  }

  /** Returns the requests so far, without those below `/_simulator`. */
  requests(): readonly LoggedRequest[] {
    return this.#log.list();
  }

  /** Replaces all faults in force. */
  faults(list: readonly Fault[]): void {
    this.#faults.replace(list);
  }

  /** Plays a person who edits an asset. */
  edit({ uuid, fields }: Edit): void {
    const row = KINDS.map((kind) => this.#state.byUuid(kind, uuid)).find((each) => each !== undefined);
    if (row === undefined) {
      throw new AppError("bad_control", `Editing ${uuid}: the server has no such asset`);
    }
    this.#state = this.#state.copy();
    this.#state.put({ ...row, fields: { ...row.fields, ...fields } });
  }

  /** Answers a request. Rejects with TypeError if a fault drops the connection. */
  readonly handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/_simulator/")) return await this.#control(request, url);
    const { method } = request;
    const path = url.pathname;
    const close = this.#log.open({
      time: new Date((this.#options.now ?? Date.now)()).toISOString(),
      method,
      path,
      write: method !== "GET" && !path.includes("/security/") && path !== "/login/",
      client: request.headers.get("user-agent") ?? "",
      operations: [],
    });
    const type = request.headers.get("content-type") ?? "";
    const form = /multipart|urlencoded/.test(type) ? await request.formData() : undefined;
    const body = type.includes("json") ? parseJson(await request.text()) : undefined;
    await this.#options.onRequest?.(`${method} ${path}`);
    const hits = this.#faults.hit(`${method} ${path}`);
    for (const { edit, forget_logins } of hits) {
      if (edit !== undefined) this.edit(edit);
      if (forget_logins === true) this.#accounts.forget();
    }
    const failing = hits.find((fault) => fault.reset === true || faultReply(fault) !== undefined);
    const response = failing === undefined || failing.after_effect === true
      ? await this.#effect(request, {
        method,
        path,
        body,
        form,
        query: url.searchParams,
        moved: hits.some((each) => each.moved_rows === true),
      })
      : undefined;
    if (failing?.reset === true) {
      throw new TypeError("error sending request: connection reset by the simulator");
    }
    const reply = failing === undefined ? undefined : faultReply(failing);
    const answer = reply === undefined ? response : toResponse(reply, request.headers.get("accept"));
    if (answer === undefined) throw new TypeError("a fault without an answer");
    close(answer.status);
    return await spoilBody(answer, hits);
  };

  async #effect(
    { headers }: Request,
    call: Omit<Parameters<typeof route>[0], "headers" | "accounts" | "seed" | "now">,
  ): Promise<Response> {
    const now = (this.#options.now ?? Date.now)();
    const { reply, state } = await route({
      ...call,
      headers,
      accounts: this.#accounts,
      seed: this.#seed,
      now,
    }, this.#state);
    this.#state = state;
    await this.#options.onEffect?.(`${call.method} ${call.path}`);
    return toResponse(reply, headers.get("accept"));
  }

  async #control(request: Request, { pathname }: URL): Promise<Response> {
    const json = (tree: Tree) =>
      new Response(formatJson(tree), { headers: { "content-type": "application/json" } });
    const control = `${request.method} ${pathname.slice("/_simulator/".length)}`;
    try {
      switch (control) {
        case "GET state":
          return json(this.state());
        case "GET requests":
          return new Response(this.requests().map((entry) => `${JSON.stringify(entry)}\n`).join(""), {
            headers: { "content-type": "application/x-ndjson; charset=utf-8" },
          });
        case "POST faults":
          this.faults(parseFaults(await readBody(request)));
          return json({ ok: true });
        case "POST edit":
          this.edit(parseEdit(await readBody(request)));
          return json({ ok: true });
        default:
          throw new AppError("bad_control", `Controlling the simulator: "${control}" is not a control`, {
            hint: "The controls are GET state, GET requests, POST faults, POST edit",
          });
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, message, hint } = error;
      return Response.json({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }, {
        status: 400,
      });
    }
  }
}

async function readBody(request: Request): Promise<unknown> {
  return parseJson(await request.text());
}

/** Imports the seed's files, as the assets endpoint does it for an administrator. */
function plant({ files, users }: Seed, empty: State): State {
  const texts = Object.entries(files).map(([path, tree]) =>
    [path, typeof tree === "string" ? tree : formatJson(tree)] as const
  );
  if (texts.length === 0) return empty;
  const metadata = { version: "1.0.0", type: "assets", timestamp: "2026-01-05T08:00:00+00:00" };
  const all = [["metadata.yaml", formatJson(metadata)] as const, ...texts];
  const zip = zipSync(
    Object.fromEntries(all.map(([path, text]) => [`seed/${path}`, new TextEncoder().encode(text)])),
  );
  let read: readonly ImportFile[];
  try {
    read = readBundle({ endpoint: "assets", zip, overwrite: true, passwords: {} }, empty);
    return writeBundle({ endpoint: "assets", overwrite: true, files: read, user: users[0] }, empty);
  } catch (error) {
    throw new AppError("bad_seed", `Reading the seed: its files cannot be imported (${String(error)})`, {
      exitCode: 2,
    });
  }
}

/** Makes a simulated Superset. */
export function makeSupersetSimulator(seed: Seed, options: SupersetSimulatorOptions = {}): SupersetSimulator {
  return new SupersetSimulator(seed, options);
}
