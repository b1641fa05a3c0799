import { appFilesError } from "../../contexts/core/app_file/app_problem.ts";
import { mergeApp, mergeAsOriginal, type NamedDocument } from "../../contexts/core/app_file/merge_app.ts";
import type { ContextSettings } from "../../contexts/core/settings.ts";
import type { Path } from "../../contexts/core/tree/path.ts";
import { pythonText } from "../../contexts/core/tree/python_text.ts";
import {
  isValueList,
  isValueMap,
  isValueNumber,
  type Value,
  type ValueMap,
} from "../../contexts/core/tree/value.ts";
import { readPlainTree } from "../../contexts/core/yaml/read_yaml.ts";
import type { parseYaml } from "../../contexts/core/yaml/parse_yaml.ts";
import { AppError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { ConfigError, type ConfigProblem, fileProblems, type SourcePosition } from "../problems.ts";
import { contextProblems, isKind, makeContextSettings } from "./context_settings.ts";
import type { OriginalSection } from "./original_schema.ts";
import { isPlainOriginal } from "./plain_original.ts";

/** The key at the top of both files. */
const ROOT = "cicdstatemgr";

interface NamedText {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads the original tool's file and its file of secrets. `datasources` of the secrets are merged over; the rest of each
 * file is data for templates, without `datasources`, whose logins no template needs. Throws ConfigError
 * `config_invalid` with every problem of a file.
 */
export async function readOriginalConfig(
  { config, secrets, byOriginalRules = false }: {
    readonly config: NamedText;
    readonly secrets: NamedText | undefined;
    readonly byOriginalRules?: boolean;
  },
): Promise<OriginalConfig> {
  const plain = readPlainFiles({ config, secrets });
  if (plain !== undefined) {
    try {
      return await judgeFiles(plain, { byOriginalRules });
    } catch (error) {
      // Only the whole parser knows the places of mistakes.
      if (!(error instanceof AppError)) throw error;
    }
  }
  const { parseYaml } = await import("../../contexts/core/yaml/parse_yaml.ts");
  const own = readFile(config, parseYaml);
  const secret = secrets === undefined ? undefined : readFile(secrets, parseYaml);
  if (own === undefined) throw invalid([missingRoot(config.path)]);
  return await judgeFiles({ own, secret }, { byOriginalRules });
}

/** Reads both files if they are plain. */
function readPlainFiles(
  { config, secrets }: { readonly config: NamedText; readonly secrets: NamedText | undefined },
): OriginalFiles | undefined {
  const own = readPlain(config);
  if (own === undefined || secrets === undefined || secrets.text.trim() === "") {
    return own && { own, secret: undefined };
  }
  const secret = readPlain(secrets);
  return secret && { own, secret };
}

function readPlain({ path, text }: NamedText): NamedDocument | undefined {
  const value = readPlainTree(text);
  if (value === undefined || !isValueMap(value.get(ROOT))) return undefined;
  return { name: path, document: { value, repeatedKeys: [], lineOf: () => undefined } };
}

interface OriginalConfig {
  readonly settings: ContextSettings;
  readonly warnings: readonly string[];
}

interface OriginalFiles {
  readonly own: NamedDocument;
  /** Undefined if no file of secrets is named, or nothing is in it. */
  readonly secret: NamedDocument | undefined;
}

async function judgeFiles(
  { own, secret }: OriginalFiles,
  { byOriginalRules }: { readonly byOriginalRules: boolean },
): Promise<OriginalConfig> {
  const [configData, secretData] = [rootOf(own), secret === undefined ? new Map() : rootOf(secret)];
  const datasources = mergeDatasources(own, secret);
  const kinds = [...datasources.keys()].filter(isKind);
  const known = new Map(kinds.map((kind) => [kind, datasources.get(kind) ?? null]));
  // The schema only checks: what it returns has lost the order of the stores.
  const section = plainOf(withTexts(new Map([...configData, ["datasources", known]]))) as OriginalSection;
  const [slackSecret, trigger] = [secretData.get("slack"), configData.get("trigger")];
  const autoArgs = (isValueMap(trigger) ? trigger.get("auto-args") : undefined) ?? new Map<string, Value>();
  const found = await findProblems(section, { autoArgs, byOriginalRules });
  const problems = found.map((problem): ConfigProblem => ({
    ...placeIn(secret === undefined ? [own] : [secret, own], problem.path),
    ...problem,
    path: [ROOT, ...problem.path].join("."),
  }));
  const byFile = Map.groupBy(problems, ({ source }) => source).values();
  if (problems.length > 0) throw invalid([...byFile].flatMap((each) => fileProblems([], each)));
  const token = isValueMap(slackSecret) ? slackSecret.get("token") : undefined;
  return {
    settings: makeContextSettings(section, {
      pathOf: (path) => path,
      resolve: (value) => value,
      needed: (_key, value) => value,
      slackToken: typeof token === "string" || isValueNumber(token) ? pythonText(token) : undefined,
      secretUrls: [],
      autoArgs: isValueMap(autoArgs) ? autoArgs : new Map(),
      configData: withoutDatasources(configData),
      secretData: withoutDatasources(secretData),
    }),
    warnings: [...datasources.keys()].filter((name) => !isKind(name)).map((name) =>
      `${own.name}: the entry ${quote(name)} of datasources is not known, and is left out`
    ),
  };
}

/** The templates that the original tool turns into texts first, so that they may be numbers. */
const TURNED_INTO_TEXTS = [
  ["trigger", "headers", "*", "value"],
  ["notify", "auto-capture-response-data", "*", "from"],
  ["manual-choice", "auto-capture-response-data", "*", "from"],
] as const;

function withTexts(map: ValueMap): Value {
  return TURNED_INTO_TEXTS.reduce<Value>(textsAt, map);
}

function textsAt(value: Value, [key, ...rest]: readonly string[]): Value {
  if (key === undefined) {
    return typeof value === "boolean" || isValueNumber(value) ? pythonText(value) : value;
  }
  if (key === "*") return isValueList(value) ? value.map((each) => textsAt(each, rest)) : value;
  const inner = isValueMap(value) ? value.get(key) : undefined;
  return isValueMap(value) && inner !== undefined ? new Map([...value, [key, textsAt(inner, rest)]]) : value;
}

type Problem = Pick<ConfigProblem, "code" | "message" | "remedy"> & { readonly path: Path };

async function findProblems(
  section: OriginalSection,
  { autoArgs, byOriginalRules }: { readonly autoArgs: Value; readonly byOriginalRules: boolean },
): Promise<readonly Problem[]> {
  const shapes = isPlainOriginal(section) ? [] : await findWrongShapes(section);
  if (!isValueMap(autoArgs)) {
    shapes.push({
      path: ["trigger", "auto-args"],
      code: "wrong_type",
      message: "expected a map of names and templates",
      remedy: "write name: template on each line below it",
    });
  }
  if (shapes.length > 0) return shapes;
  return contextProblems(section, { byOriginalRules }).map((problem) => ({ code: "missing", ...problem }));
}

async function findWrongShapes(section: OriginalSection): Promise<Problem[]> {
  const { makeOriginalSection } = await import("./original_schema.ts");
  const { error } = makeOriginalSection().safeParse(section);
  return (error?.issues ?? []).map((issue): Problem => ({
    path: issue.path.map((part) => typeof part === "number" ? part : String(part)),
    code: issue.code === "invalid_type" ? "wrong_type" : "wrong_value",
    message: `expected ${issue.message}`,
    remedy: "correct the value",
  }));
}

/** Finds a path, or the nearest one above it, in the first file that has it. */
function placeIn(files: readonly NamedDocument[], path: Path): SourcePosition {
  for (let length = path.length; length >= 0; length--) {
    for (const { name, document } of files) {
      const line = document.lineOf([ROOT, ...path.slice(0, length)]);
      if (line !== undefined && length > 0) return { source: name, line };
    }
  }
  return { source: files.at(-1)?.name ?? ROOT };
}

/** Parses a file; undefined if there is nothing in it. */
function readFile({ path, text }: NamedText, parse: typeof parseYaml): NamedDocument | undefined {
  const outcome = parse(text);
  if ("problem" in outcome) {
    const { message, line } = outcome.problem;
    throw invalid([{
      source: path,
      ...(line === undefined ? {} : { line }),
      code: "syntax",
      path: "",
      message,
      remedy: "correct the YAML there",
    }]);
  }
  const { value } = outcome.document;
  if (value === null) return undefined;
  if (!isValueMap(value) || !isValueMap(value.get(ROOT))) throw invalid([missingRoot(path)]);
  return { name: path, document: outcome.document };
}

function rootOf({ document }: NamedDocument): ValueMap {
  const root = isValueMap(document.value) ? document.value.get(ROOT) : undefined;
  return isValueMap(root) ? root : new Map();
}

function missingRoot(source: string): ConfigProblem {
  return {
    source,
    code: "missing",
    path: ROOT,
    message: "there is no map of that name at the top",
    remedy: `write ${ROOT}: and the settings below it`,
  };
}

/** Merges `datasources` of the secrets over those of the file, as the original does. */
function mergeDatasources(own: NamedDocument, secret: NamedDocument | undefined): ValueMap {
  const only = (file: NamedDocument): NamedDocument => {
    const datasources = rootOf(file).get("datasources");
    const value: ValueMap = new Map(
      datasources === undefined ? [] : [[ROOT, new Map([["datasources", datasources]])]],
    );
    return { name: file.name, document: { ...file.document, value, lineOf: file.document.lineOf } };
  };
  const merged = secret === undefined
    ? mergeApp({ app: only(own), bases: [] })
    : mergeApp({ app: only(secret), bases: [only(own)], rule: mergeAsOriginal });
  const root = merged.value.get(ROOT);
  const datasources = isValueMap(root) ? root.get("datasources") : undefined;
  if (datasources === undefined || isValueMap(datasources)) return datasources ?? new Map();
  const path = [ROOT, "datasources"];
  throw appFilesError([{
    ...merged.placeOf(path),
    path,
    message: "expected a map of stores and copies",
    remedy: "write each store with its keys below it",
  }]);
}

function withoutDatasources(map: ValueMap): ValueMap {
  return new Map([...map].filter(([key]) => key !== "datasources"));
}

/** Converts a value into plain data for the schema. */
function plainOf(value: Value): unknown {
  if (isValueList(value)) return value.map(plainOf);
  if (isValueMap(value)) return Object.fromEntries([...value].map(([key, each]) => [key, plainOf(each)]));
  return isValueNumber(value) && typeof value === "object"
    ? value.value
    : typeof value === "bigint"
    ? Number(value)
    : value;
}

function invalid(problems: readonly ConfigProblem[]): ConfigError {
  return new ConfigError("config_invalid", "Reading the settings of contexts", problems);
}
