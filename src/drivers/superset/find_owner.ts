/** People on an instance: the account that a login, a mail address or a full name stands for. */

import type { Owner } from "../../assets/ports/superset.ts";
import { field, jsonOf, list } from "./answers.ts";
import type { Connection } from "./connection.ts";
import { formatQuery } from "./rison.ts";

/**
 * Finds the people that a text may stand for. Listings know owners by number and name only, so the server is asked: an
 * administrator may look logins up, and everybody may search the people who can own a chart.
 */
export async function findOwners(
  connection: Connection,
  text: string,
  signal: AbortSignal,
): Promise<readonly Owner[]> {
  const isMail = text.includes("@");
  const byLogin = formatQuery({
    columns: ["id", "first_name", "last_name", "email"],
    filters: [{ col: isMail ? "email" : "username", opr: "eq", value: text }],
  });
  const users = await connection.read(
    { method: "GET", path: `/api/v1/security/users/?q=${byLogin}` },
    signal,
  );
  const found = users.status === 200 ? list(field(jsonOf(users), "result")).flatMap(readUser) : [];
  // A server that does not know the filter lists everybody.
  if (found.length === 1) return found;
  // The search looks at names and logins, and answers with mail addresses.
  const part = isMail ? text.split(/[@._+-]/)[0] ?? text : text;
  const search = formatQuery({ filter: part, page: 0, page_size: 100 });
  const people = await connection.read(
    { method: "GET", path: `/api/v1/chart/related/owners?q=${search}` },
    signal,
  );
  const near = people.status === 200 ? list(field(jsonOf(people), "result")).flatMap(readPerson) : [];
  const wanted = text.toLowerCase();
  const exact = near.filter(({ name, email }) =>
    name.toLowerCase() === wanted || email?.toLowerCase() === wanted
  );
  return exact.length > 0 || isMail ? exact : near;
}

function readUser(user: unknown): readonly Owner[] {
  const [id, email] = [field(user, "id"), field(user, "email")];
  if (typeof id !== "number") return [];
  const names = [field(user, "first_name"), field(user, "last_name")].filter((each) =>
    typeof each === "string"
  );
  return [{ id, name: names.join(" "), email: typeof email === "string" ? email : undefined }];
}

function readPerson(person: unknown): readonly Owner[] {
  const [id, name, email] = [
    field(person, "value"),
    field(person, "text"),
    field(field(person, "extra"), "email"),
  ];
  if (typeof id !== "number" || typeof name !== "string") return [];
  return [{ id, name, email: typeof email === "string" ? email : undefined }];
}
