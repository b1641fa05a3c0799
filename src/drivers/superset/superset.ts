/** An instance of Superset behind its API. */

import type { AuthSettings } from "../../assets/core/instance.ts";
import type { InstanceFacts, SupersetReader, SupersetWriter } from "../../assets/ports/superset.ts";
import { AppError, EXIT } from "../../lib/errors.ts";
import { Connection, type ConnectionOptions, type TokenSource } from "./connection.ts";
import { exportAssets } from "./exporting.ts";
import { type Account, readAccount, readRights, readVersion } from "./facts.ts";
import { findOwners } from "./find_owner.ts";
import { deleteAsset, importBundle, updateAsset } from "./importing.ts";
import { listAssets } from "./listing.ts";
import { readMembers } from "./members.ts";
import { accountOf, fixedToken, passwordTokens, sessionLogin } from "./login.ts";

/** The options of {@link makeSuperset}. */
export interface SupersetOptions extends ConnectionOptions {
  readonly auth: AuthSettings;
  /** Makes the source of tokens for `oauth` and `client_credentials`. */
  readonly tokens?: ((connection: Connection) => TokenSource) | undefined;
}

/** Makes the port of an instance. Nothing is sent before the first call. */
export function makeSuperset(options: SupersetOptions): SupersetReader & SupersetWriter {
  const connection = new Connection(options);
  let facts: Promise<InstanceFacts> | undefined;
  const ready = (signal: AbortSignal) => facts ??= readFacts(connection, options, signal);
  return {
    facts: ready,
    get requests() {
      return connection.requests;
    },
    get bytes() {
      return connection.bytes;
    },
    async list(kind, signal) {
      await ready(signal);
      return await listAssets(connection, kind, signal);
    },
    async export(kind, ids, { progress }, signal) {
      await ready(signal);
      return await exportAssets(connection, { kind, ids, progress }, signal);
    },
    async membersOf(dashboard, signal) {
      await ready(signal);
      return await readMembers(connection, { kind: "dashboard", id: dashboard }, signal);
    },
    async dashboardsOf(chart, signal) {
      await ready(signal);
      return await readMembers(connection, { kind: "chart", id: chart }, signal);
    },
    async findOwners(text, signal) {
      await ready(signal);
      return await findOwners(connection, text, signal);
    },
    async testWrite(signal) {
      await ready(signal);
      await connection.testCsrf(signal);
    },
    async import(kind, files, { overwrite }, signal) {
      await ready(signal);
      return await importBundle(connection, { kind, files, overwrite }, signal);
    },
    async update({ kind, id }, fields, signal) {
      await ready(signal);
      await updateAsset(connection, { kind, id, fields }, signal);
    },
    async remove(kind, id, signal) {
      await ready(signal);
      return await deleteAsset(connection, { kind, id }, signal);
    },
  };
}

/** Logs in and reads the facts. A server that takes a token's owner for an anonymous visitor gets a session instead. */
async function readFacts(
  connection: Connection,
  { auth, tokens }: SupersetOptions,
  signal: AbortSignal,
): Promise<InstanceFacts> {
  let { method }: { method: string } = auth;
  if (auth.method === "session") await sessionLogin(connection, auth, signal);
  else if (auth.method === "password") connection.tokens = passwordTokens(connection, auth);
  else if (auth.method === "token") connection.tokens = fixedToken(auth.token);
  else connection.tokens = tokens?.(connection);
  // The first request logs in, so that the others find a token.
  const token = await connection.tokens?.bearer(signal);
  let { account, rights, version } = await look(connection, signal);
  if (isIgnored(account, rights) && auth.method !== "session") {
    if (auth.method !== "password") throw anonymous(connection, rights);
    await sessionLogin(connection, auth, signal);
    method = "session, because the server ignores tokens";
    ({ account, rights, version } = await look(connection, signal));
  }
  if (account.anonymous) throw anonymous(connection, rights);
  const known = auth.method === "password" || auth.method === "session" ? auth.username : undefined;
  // Servers before 6.1 do not say to a token whose it is, but their own tokens do.
  const ownToken = auth.method === "password" && connection.tokens !== undefined ? token : undefined;
  const userId = account.id ?? (ownToken === undefined ? undefined : accountOf(ownToken));
  const { user = known, isAdmin } = account;
  return { ...version, user, userId, isAdmin, method, rights };
}

async function look(connection: Connection, signal: AbortSignal) {
  const [account, version] = await Promise.all([
    readAccount(connection, signal),
    readVersion(connection, signal),
  ]);
  return { account, version, rights: account.rights ?? await readRights(connection, signal) };
}

/**
 * Whether the server ignores the token: it says so, or an account that logged in lacks the right to export datasets,
 * which no anonymous visitor has (a Public role with rights makes the server ignore tokens).
 */
function isIgnored(account: Account, rights: InstanceFacts["rights"]): boolean {
  return account.anonymous || (account.rights === undefined && !rights.dataset.export);
}

function anonymous(connection: Connection, rights: InstanceFacts["rights"]): AppError {
  // Without a right of the public, the server looked at the token and did not accept it.
  if (Object.values(rights).every(({ read }) => !read)) {
    return new AppError(
      "superset_login_refused",
      `Logging in to ${connection.name}: the server does not accept it`,
      {
        exitCode: EXIT.refused,
        hint:
          `Renew what auth of ${connection.name} refers to; "showtime assets instances test ${connection.name}" tries it`,
      },
    );
  }
  return new AppError(
    "superset_login_refused",
    `Logging in to ${connection.name}: the server takes the account for an anonymous visitor`,
    {
      exitCode: EXIT.refused,
      hint:
        "Its Public role has rights, so it ignores tokens. Use auth.method session with username and password, " +
        "or take the rights from the role Public",
    },
  );
}
