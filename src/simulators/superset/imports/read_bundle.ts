/** The validation phase of an import: nothing is written before every file is good. */

import { unzipSync } from "fflate";
import { readYaml } from "../../../assets/core/pyyaml.ts";
import {
  isList,
  isMap,
  parseJson,
  textOf,
  type Tree,
  type TreeMap,
  valueOf,
} from "../../../assets/core/tree.ts";
import { backendError, commandError, message, Refusal } from "../api/answers.ts";
import {
  COLUMN_FIELDS,
  FACTS,
  type FileField,
  type Kind,
  knownFields,
  METRIC_FIELDS,
  type Profile,
} from "../state/kinds.ts";
import type { State } from "../state/state.ts";

/** The endpoints that import. */
export type Endpoint = "dataset" | "chart" | "dashboard" | "assets";

/** The kinds of files that each endpoint reads. */
const READ: Readonly<Record<Endpoint, readonly Kind[]>> = {
  dataset: ["database", "dataset"],
  chart: ["chart", "dataset", "database"],
  dashboard: ["dashboard", "chart", "dataset", "database", "theme"],
  assets: ["database", "dataset", "chart", "dashboard"],
};

/** A file of a bundle. */
export interface ImportFile {
  readonly kind: Kind;
  readonly path: string;
  /** In lower case with dashes. */
  readonly uuid: string;
  readonly tree: TreeMap;
  /** The password that is given for a database. */
  readonly password: string | undefined;
}

/** The request to import. */
export interface ImportCall {
  readonly endpoint: Endpoint;
  readonly zip: Uint8Array;
  readonly overwrite: boolean;
  readonly passwords: Readonly<Record<string, unknown>>;
}

/** Reads and checks the files of a bundle. Throws {@link Refusal} with every file's fault. */
export function readBundle(call: ImportCall, state: State): readonly ImportFile[] {
  const { endpoint } = call;
  const { profile } = state.server;
  const texts = unpack(call.zip);
  const errors: Record<string, unknown> = {};
  checkMetadata(texts.get("metadata.yaml"), { endpoint, errors });
  const files: ImportFile[] = [];
  for (const [path, text] of texts) {
    const kind = READ[endpoint].find((each) => path.startsWith(`${FACTS[each].folder}/`));
    if (kind === undefined) continue;
    const read = readYaml(text);
    if ("problem" in read) {
      // Only the errors of the parser are caught. The others leave without the file's name.
      if (/without quotes|not allowed/.test(read.problem.message)) {
        throw new Refusal(backendError(read.problem.message));
      }
      errors[path] = "Not a valid YAML file";
      continue;
    }
    const tree = isMap(read.tree) ? read.tree : {};
    const found = checkFields(tree, { fields: knownFields(FACTS[kind].fields, profile), profile });
    const uuid = readUuid(valueOf(tree, "uuid")) ?? "";
    const known = state.byUuid(kind, uuid);
    const given = call.passwords[path] ?? valueOf(tree, "password") ?? known?.password;
    const password = typeof given === "string" ? given : undefined;
    if (kind === "database" && isMasked(tree) && password === undefined && known === undefined) {
      found["_schema"] = ["Must provide a password for the database"];
    }
    if (Object.keys(found).length > 0) errors[path] = found;
    else if (kind === endpoint && known !== undefined && !call.overwrite) {
      errors[path] = `${FACTS[kind].resource} already exists and \`overwrite=true\` was not passed`;
    }
    files.push({ kind, path, uuid, tree, password });
  }
  if (Object.keys(errors).length > 0) throw new Refusal(invalid(endpoint, errors));
  return files;
}

function invalid(endpoint: Endpoint, errors: Readonly<Record<string, unknown>>) {
  if (endpoint === "assets") return commandError(500, "Import failed for an unknown reason");
  return commandError(422, `Error importing ${endpoint}: ${JSON.stringify(errors)}`, { files: errors });
}

/** Whether the URI of a database has the mask in place of its password. */
export function isMasked(tree: TreeMap): boolean {
  return textOf(tree, "sqlalchemy_uri")?.includes(":XXXXXXXXXX@") ?? false;
}

function unpack(zip: Uint8Array): ReadonlyMap<string, string> {
  let members: Record<string, Uint8Array>;
  try {
    members = unzipSync(zip);
  } catch {
    throw new Refusal(message(422, "Not a ZIP file"));
  }
  const texts = new Map<string, string>();
  for (const [name, bytes] of Object.entries(members)) {
    const path = name.slice(name.indexOf("/") + 1);
    const file = path.split("/").at(-1) ?? "";
    if (/\.ya?ml$/.test(file) && !/^[._]/.test(file)) texts.set(path, new TextDecoder().decode(bytes));
  }
  if (texts.size === 0) throw new Refusal(message(400, "No valid import files were found"));
  return texts;
}

function checkMetadata(
  text: string | undefined,
  { endpoint, errors }: { readonly endpoint: Endpoint; readonly errors: Record<string, unknown> },
): void {
  const read = text === undefined ? undefined : readYaml(text);
  const tree = read !== undefined && "tree" in read && isMap(read.tree) ? read.tree : {};
  if (tree["version"] !== "1.0.0") {
    throw new Refusal(
      endpoint === "assets"
        ? commandError(500, "Import failed for an unknown reason")
        : endpoint === "dashboard"
        ? backendError("'datasources'")
        : commandError(422, "Could not find a valid command to import file"),
    );
  }
  const type = endpoint === "assets" ? "assets" : FACTS[endpoint].type;
  if (tree["type"] !== undefined && tree["type"] !== type) {
    errors["metadata.yaml"] = { type: [`Must be equal to ${type}.`] };
  }
}

const WRONG: Readonly<Record<FileField["type"], string>> = {
  s: "Not a valid string.",
  b: "Not a valid boolean.",
  i: "Not a valid integer.",
  m: "Not a valid mapping type.",
  l: "Not a valid list.",
  u: "Not a valid UUID.",
  j: "Not a valid string.",
};

function checkFields(
  tree: TreeMap,
  { fields, profile }: { readonly fields: readonly FileField[]; readonly profile: Profile },
): Record<string, unknown> {
  const errors: Record<string, unknown> = {};
  for (const name of Object.keys(tree)) {
    if (!fields.some((field) => field.name === name)) errors[name] = ["Unknown field."];
  }
  for (const { name, type, required, full } of fields) {
    const value = valueOf(tree, name);
    if (value === undefined) {
      if (required) errors[name] = ["Missing data for required field."];
    } else if (value === null) {
      if (full) errors[name] = ["Field may not be null."];
    } else if (!fits(value, type)) errors[name] = [WRONG[type]];
    else if (type === "j" && parseJson(String(value)) === undefined) errors[name] = ["JSON not valid"];
    else if (isList(value) && (name === "columns" || name === "metrics")) {
      const inner = knownFields(name === "columns" ? COLUMN_FIELDS : METRIC_FIELDS, profile);
      const found = value.map((each, index) =>
        [String(index), checkFields(isMap(each) ? each : {}, { fields: inner, profile })] as const
      )
        .filter(([, each]) => Object.keys(each).length > 0);
      if (found.length > 0) errors[name] = Object.fromEntries(found);
    }
  }
  return errors;
}

function fits(value: Tree, type: FileField["type"]): boolean {
  switch (type) {
    case "s":
    case "j":
      return typeof value === "string";
    case "u":
      return readUuid(value) !== undefined;
    case "b":
      return typeof value === "boolean";
    case "i":
      return Number.isInteger(value);
    case "m":
      return isMap(value);
    case "l":
      return isList(value);
  }
}

/** Reads a UUID in any letter case, with or without dashes. */
export function readUuid(value: Tree | undefined): string | undefined {
  const digits = typeof value === "string" ? value.toLowerCase().replaceAll("-", "") : "";
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
