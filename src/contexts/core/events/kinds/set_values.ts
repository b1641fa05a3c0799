import type { Operation } from "../../tree/operations.ts";
import type { Path } from "../../tree/path.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../../tree/value.ts";
import { planAssignment } from "../assignment.ts";
import { blockInvalid, type EventScope, namesOf, type OpenBlock, renderValue } from "../event_scope.ts";
import type { HandlerAction } from "../handler.ts";

/** Makes the operations of `set-values`. The rules of one block see the tree as it was before the block. */
export function planSetValues(open: OpenBlock): HandlerAction {
  const place = [...open.at, "set"];
  const rules = open.block.get("set");
  if (!isValueList(rules)) throw blockInvalid(place, "it is not a list");
  const more = namesOf(open);
  const operations = rules.flatMap((rule, index) =>
    planRule(open.scope, rule, { more, at: [...place, index] })
  );
  return operations.length === 0
    ? { kind: "skip", why: "its values are blank" }
    : { kind: "set", operations };
}

/** Makes the operations of a rule `{from, to}`, which are templates. A blank `from` is skipped. */
export function planRule(
  scope: Pick<EventScope, "tree" | "render" | "rules">,
  rule: Value,
  { more, at }: { readonly more: ValueMap; readonly at: Path },
): readonly Operation[] {
  const [from, to] = isValueMap(rule) ? [rule.get("from"), rule.get("to")] : [];
  if (from === undefined || to === undefined) throw blockInvalid(at, "it needs `from` and `to`");
  const value = renderValue(scope, from, { more, at: [...at, "from"] }).trim();
  if (value === "") return [];
  const target = renderValue(scope, to, { more, at: [...at, "to"] });
  return planAssignment(scope.tree, { to: target, value }, { rules: scope.rules });
}
