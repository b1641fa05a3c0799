/** Which charts are members of a dashboard. Superset keeps this apart from the layout. */

import { field, jsonOf, list } from "./answers.ts";
import type { Connection } from "./connection.ts";

/** Lists the ids of a dashboard's charts, or of a chart's dashboards. */
export async function readMembers(
  connection: Connection,
  { kind, id }: { readonly kind: "dashboard" | "chart"; readonly id: number },
  signal: AbortSignal,
): Promise<readonly number[]> {
  const path = kind === "dashboard" ? `/api/v1/dashboard/${id}/charts` : `/api/v1/chart/${id}`;
  const answer = await connection.read({ method: "GET", path }, signal);
  const result = field(jsonOf(answer), "result");
  const members = kind === "dashboard" ? result : field(result, "dashboards");
  if (answer.status !== 200 || !Array.isArray(members)) {
    throw connection.unexpected(`Reading the members of the ${kind} ${id}`, answer);
  }
  return list(members).flatMap((each) => {
    const member = field(each, "id");
    return typeof member === "number" ? [member] : [];
  });
}
