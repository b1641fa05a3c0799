/** The usual form of the section `context` of `showtime.yml`. */

import { DURATION_PATTERN } from "../../lib/duration.ts";
import { REFERENCE } from "../assets/secret_references.ts";
import {
  type Check,
  fits,
  hasKeys,
  isEither,
  isExactMapOf,
  isFlag,
  isListOf,
  isNumberUpTo,
  isPlainText,
  isText,
} from "./plain_form.ts";

const isReference = fits(REFERENCE);
const isAddress = isEither(fits(/^https?:\/\/[\w.-]+(?::\d{1,5})?(?:\/[\w./-]*)?$/), isReference);
const isOrigin: Check = (value) =>
  fits(/^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?$/)(value) && URL.canParse(String(value));
const isTemplateValue: Check = (value) => ["string", "number", "boolean"].includes(typeof value);

const file = isExactMapOf({ path: isText, isPrimary: isFlag });
const captures = isExactMapOf({
  "auto-capture-response-data": isListOf((each) =>
    isExactMapOf({ from: isText, to: isText })(each) && hasKeys(each, ["from", "to"])
  ),
});
const headers = isListOf((each) =>
  isExactMapOf({ name: fits(/^[A-Za-z0-9-]+$/), value: (value) => typeof value === "string" })(each) &&
  hasKeys(each, ["name", "value"])
);

function isAutoArgs(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.entries(value).every(([key, each]) => /^[A-Za-z][\w-]*$/.test(key) && isTemplateValue(each));
}

const isUsual = isExactMapOf({
  datasources: isExactMapOf({
    sqlite: file,
    redis: isExactMapOf({
      url: isEither(fits(/^rediss?:\/\/[^\s$]+$/), isReference),
      host: isText,
      port: isNumberUpTo(65_535, 1),
      db: isNumberUpTo(1_000_000),
      username: isText,
      password: isEither(isPlainText, isReference),
      isPrimary: isFlag,
    }),
    yamlfile: file,
    jsonfile: file,
    idfile: file,
    shellfile: isExactMapOf({ path: isText, isPrimary: isFlag, excludeKeyNames: isListOf(isText) }),
  }),
  slack: isExactMapOf({ url: isAddress, token: isReference }),
  templates: isExactMapOf({ "notify": isText, "manual-choice": isText, "respond": isText }),
  trigger: isExactMapOf({ url: isAddress, token: isReference, headers, "auto-args": isAutoArgs }),
  "notify": captures,
  "manual-choice": captures,
  http: isExactMapOf({
    timeout: fits(DURATION_PATTERN),
    attempts: isNumberUpTo(10, 1),
    hosts: isListOf(isOrigin),
  }),
  redact: isListOf(fits(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/)),
  history: isExactMapOf({ keep: isNumberUpTo(10_000, 1) }),
  environments: isExactMapOf({ app: isText, bases: isText, context: isText }),
});

/** Whether a section has the usual form, which its schema accepts. */
export function isPlainSection(section: unknown): boolean {
  return isUsual(section);
}
