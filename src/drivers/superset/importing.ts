/** Imports, updates and deletions, judged by the body of the answer. */

import type { PushedKind } from "../../assets/core/asset.ts";
import type { FileComplaint, ImportOutcome, MemberFile } from "../../assets/ports/superset.ts";
import { type Answer, field, jsonOf, list, messageOf } from "./answers.ts";
import { type Connection, NoAnswer } from "./connection.ts";
import { writeZip } from "./zip.ts";

/** Superset's name of each kind in `metadata.yaml`. */
const TYPES: Readonly<Record<PushedKind, string>> = {
  dataset: "SqlaTable",
  chart: "Slice",
  dashboard: "Dashboard",
};

/** Waits after 429, in milliseconds: nothing was written then. */
const PAUSES_MS = [1_000, 3_000, 10_000];

/** The subject of an import. */
export interface ImportRequest {
  readonly kind: PushedKind;
  readonly files: readonly MemberFile[];
  readonly overwrite: boolean;
}

/** Imports a bundle through the endpoint of its kind. */
export async function importBundle(
  connection: Connection,
  { kind, files, overwrite }: ImportRequest,
  signal: AbortSignal,
): Promise<ImportOutcome> {
  const root = `${kind}_import`;
  const metadata = JSON.stringify({
    version: "1.0.0",
    type: TYPES[kind],
    timestamp: "1980-01-01T00:00:00+00:00",
  });
  const zip = writeZip(root, [
    ["metadata.yaml", metadata],
    ...files.map(({ path, text }) => [path, text] as const),
  ]);
  const send = () => {
    const form = new FormData();
    form.set("formData", new Blob([zip], { type: "application/zip" }), "assets.zip");
    form.set("overwrite", String(overwrite));
    return connection.write({ method: "POST", path: `/api/v1/${kind}/import/`, form }, signal);
  };
  for (const pause of [...PAUSES_MS, undefined]) {
    try {
      const answer = await send();
      if (answer.status !== 429 || pause === undefined) return judge(connection, kind, answer);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { kind: "unclear", message: error.message };
    }
    await connection.clock.sleep(pause, signal);
  }
  return { kind: "unclear", message: "the server asked to wait" };
}

function judge(connection: Connection, kind: PushedKind, answer: Answer): ImportOutcome {
  const body = jsonOf(answer);
  if (answer.status === 200 && field(body, "message") === "OK") return { kind: "done" };
  const message = messageOf(answer);
  if (answer.status === 422) return { kind: "refused", message, files: filesOf(body) };
  if (answer.status === 500 && body !== undefined) return { kind: "failed", message };
  if (answer.status >= 500) return { kind: "unclear", message: `${answer.status} ${message}` };
  throw connection.unexpected(`Importing ${kind}s`, answer);
}

/** The complaints about each file, from the `extra` of the errors. */
function filesOf(body: unknown): Readonly<Record<string, readonly FileComplaint[]>> {
  const files: Record<string, readonly FileComplaint[]> = {};
  for (const error of list(field(body, "errors"))) {
    const extra = field(error, "extra");
    for (const [path, messages] of Object.entries(typeof extra === "object" && extra !== null ? extra : {})) {
      if (path !== "issue_codes") files[path] = complaintsOf(messages, []);
    }
  }
  return files;
}

/** Reads messages by field, as the server's schema nests them: `{"columns": {"0": {"type": ["Not a valid string."]}}}`. */
function complaintsOf(messages: unknown, path: readonly string[]): readonly FileComplaint[] {
  if (typeof messages === "object" && messages !== null) {
    return Object.entries(messages).flatMap(([key, inner]) =>
      complaintsOf(inner, Array.isArray(messages) ? path : [...path, key])
    );
  }
  return [{ field: path.length === 0 ? undefined : path.join("."), message: String(messages) }];
}

/** Changes fields of an asset. A lost answer is followed by the same request: it has the same effect twice. */
export async function updateAsset(
  connection: Connection,
  request: {
    readonly kind: PushedKind;
    readonly id: number;
    readonly fields: Readonly<Record<string, unknown>>;
  },
  signal: AbortSignal,
): Promise<void> {
  const { kind, id, fields } = request;
  const answer = await twice(
    connection,
    () => connection.write({ method: "PUT", path: `/api/v1/${kind}/${id}`, json: fields }, signal),
  );
  if (answer.status !== 200) throw connection.unexpected(`Changing the ${kind} ${id}`, answer);
}

/** Deletes an asset; returns the server's reason if it refuses. An asset that is gone already counts as deleted. */
export async function deleteAsset(
  connection: Connection,
  { kind, id }: { readonly kind: PushedKind; readonly id: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await twice(
    connection,
    () => connection.write({ method: "DELETE", path: `/api/v1/${kind}/${id}` }, signal),
  );
  if (answer.status === 200 || answer.status === 404) return undefined;
  if (answer.status === 403 || answer.status === 422) return messageOf(answer);
  throw connection.unexpected(`Deleting the ${kind} ${id}`, answer);
}

async function twice(connection: Connection, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
  try {
    return await send();
  } catch (error) {
    throw error instanceof NoAnswer ? connection.unreachable(error) : error;
  }
}
