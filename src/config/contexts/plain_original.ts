/**
 * The usual form of the original tool's file, checked by hand. The package for schemas takes longer to load than a command
 * takes otherwise, so it is asked only about files of another form, and for what is wrong with them.
 */

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string" && value !== "";
const isFlag: Check = (value) => typeof value === "boolean";
/** Text without a reference, which the schema has rules for. */
const isPlainText: Check = (value) => isText(value) && !String(value).includes("${");

const isNumberUpTo = (most: number, least = 0): Check => (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

const isListOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);

/** Makes the check of a map in which these keys, where they are, have these forms. Other keys are data. */
const isMapOf = (checks: Readonly<Record<string, Check>>): Check => (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) &&
  Object.entries(value).every(([key, each]) => !Object.hasOwn(checks, key) || checks[key]?.(each) === true);

const never: Check = () => false;

const file = isMapOf({ path: isText, isPrimary: isFlag });
const captures = isMapOf({ "auto-capture-response-data": isListOf(isCapture) });

function isCapture(value: unknown): boolean {
  return isMapOf({ from: isText, to: isText })(value) && hasKeys(value, ["from", "to"]);
}

function isHeader(value: unknown): boolean {
  return isMapOf({
    name: (name) => typeof name === "string" && /^[A-Za-z0-9-]+$/.test(name),
    value: (text) => typeof text === "string",
  })(value) && hasKeys(value, ["name", "value"]);
}

function hasKeys(value: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => Object.hasOwn(Object(value), key));
}

/** The usual form of the file below its root key. */
const isUsual = isMapOf({
  datasources: isMapOf({
    sqlite: never,
    redis: isMapOf({
      url: never,
      host: isText,
      port: isNumberUpTo(65_535, 1),
      db: isNumberUpTo(1_000_000),
      username: isText,
      password: isPlainText,
      isPrimary: isFlag,
    }),
    yamlfile: file,
    jsonfile: file,
    idfile: file,
    shellfile: isMapOf({ path: isText, isPrimary: isFlag, excludeKeyNames: isListOf(isText) }),
  }),
  slack: isMapOf({ url: isText }),
  trigger: isMapOf({ url: isText, headers: isListOf(isHeader) }),
  templates: isMapOf({ "notify": isText, "manual-choice": isText, "respond": isText }),
  "notify": captures,
  "manual-choice": captures,
  http: never,
  redact: never,
  history: never,
});

/** Whether a file of the original tool has the usual form, which its schema accepts. */
export function isPlainOriginal(section: unknown): boolean {
  return isUsual(section);
}
