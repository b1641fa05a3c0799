import type { ForgeWrite } from "../../ports/forge.ts";

/** Returns the labels that a batch leaves set and removed. */
export function lastChange(
  batch: readonly ForgeWrite[],
): { readonly present: readonly string[]; readonly absent: readonly string[] } {
  const last = new Map<string, ForgeWrite["kind"]>();
  for (const write of batch) {
    if (write.kind !== "attach" && write.kind !== "detach") continue;
    for (const name of write.names) last.set(name, write.kind);
  }
  const namesOf = (kind: ForgeWrite["kind"]) => [...last].flatMap(([name, by]) => by === kind ? [name] : []);
  return { present: namesOf("attach"), absent: namesOf("detach") };
}
