/** The usual form of the original tool's file. */

import {
  hasKeys,
  isFlag,
  isListOf,
  isMapOf,
  isNumberUpTo,
  isPlainText,
  isText,
  never,
} from "./plain_form.ts";

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
