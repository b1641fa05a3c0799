import { isShaCarrying, parseLabel } from "../../../environments/core/labels/mod.ts";

const PREFIX = "label:";

interface Removable {
  readonly id: string;
  readonly what: string;
}

/** The same with all label definitions in one, in the place of the first: a commit has several. One alone stays. */
export function groupDefinitions<Each extends Removable>(candidates: readonly Each[]): readonly Each[] {
  const definitions = candidates.filter(isDefinition);
  const [first] = definitions;
  if (first === undefined || definitions.length === 1) return candidates;
  const commits = new Set(definitions.map(({ id }) => isShaCarrying(parseLabel(id.slice(PREFIX.length)))));
  const of = commits.size === 1 ? "1 commit" : `${commits.size} commits`;
  const group = { ...first, what: `${definitions.length} label definitions of ${of}` };
  return candidates.flatMap((each) => each === first ? [group] : isDefinition(each) ? [] : [each]);
}

function isDefinition({ id }: Removable): boolean {
  return id.startsWith(PREFIX);
}
