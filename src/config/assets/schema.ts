import * as z from "zod";
import { REFERENCE } from "./secret_references.ts";

// The message of each rule names the expected value as a noun phrase: problems read "expected <message>, found …".

const SECRET = "a reference, ${env:SHOWTIME_NAME} without __ in the name, or ${file:PATH}";

function text() {
  return z.string({ error: "text" }).min(1, { error: "text" });
}

function secret() {
  return z.string({ error: SECRET }).regex(REFERENCE, { error: SECRET });
}

/** Text, or a reference. Text that only looks like a reference is a mistake. */
function textOrReference() {
  return text().refine((value) => !value.startsWith("${") || REFERENCE.test(value), {
    error: "text, or a reference such as ${env:SHOWTIME_NAME} without __ in the name",
  });
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: values.slice(0, -1).join(", ") + " or " + values.at(-1) });
}

function section<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) => issue.code === "unrecognized_keys" ? undefined : "a map of keys and values",
  });
}

const url = () =>
  z.string({ error: "an address" }).regex(/^https?:\/\/[^\s?#@]+$/, {
    error: "an http or https address without a login, query or fragment",
  });

const Rewrite = z.array(
  section({
    field: oneOf(["schema", "catalog", "sql"]).describe("Where the prefix is looked for."),
    from: z.string({ error: "text" }).describe("The prefix in the folder."),
    to: z.string({ error: "text" }).describe("The prefix on the instance."),
  }),
  { error: "a list of rules, such as [{ field: schema, from: prod_, to: qa_ }]" },
);

const DatabaseMap = z.record(text(), text(), { error: "a map from the folder's names to the instance's" });

const Auth = section({
  method: oneOf(["password", "token", "oauth", "client_credentials", "session"]).optional()
    .describe("How to log in."),
  username: textOrReference().optional().describe("The account; for password and session."),
  password: secret().optional().describe("The account's password, as a reference; for password and session."),
  provider: oneOf(["db", "ldap"]).optional().describe("Where the account is known; db if left out."),
  token: secret().optional().describe("A bearer token or API key, as a reference; for token."),
  authorization_url: url().optional().describe("Where a person logs in; for oauth."),
  token_url: url().optional().describe("Where tokens come from; for oauth and client_credentials."),
  client_id: textOrReference().optional().describe("The client's name; for oauth and client_credentials."),
  client_secret: secret().optional().describe("The client's secret, as a reference."),
  scope: text().optional().describe("The scope to ask for."),
  redirect_port: z.int({ error: "a port" }).min(1, { error: "a port" }).max(65_535, { error: "a port" })
    .optional()
    .describe("The loopback port that the login returns to; any free one if left out."),
});

const Instance = section({
  url: url().optional().describe("The address, with the path prefix if the deployment has one."),
  insecure: z.boolean({ error: "true or false" }).optional()
    .describe("Allows plain http to an address that is not loopback."),
  auth: Auth.optional().describe("How to log in."),
  databases: section({
    map: DatabaseMap.optional().describe("The instance's database by the folder's name."),
    missing: oneOf(["fail", "skip"]).optional()
      .describe("What happens to datasets of databases that lead nowhere; fail if left out."),
  }).optional().describe("Which database stands for which."),
  rewrite: Rewrite.optional().describe("Prefixes that differ between the folder and the instance."),
  owners: oneOf(["server", "keep"]).optional()
    .describe("server adds the importing user to the owners; keep sets them as they were."),
}).refine((instance) => Object.keys(instance).length > 0, { error: "an instance with url and auth" });

/** The section `assets` of `showtime.yml`. */
export const AssetsSection = section({
  dir: text().optional().describe("The folder of the assets; assets if left out."),
  default: text().optional().describe("The instance that commands use when none is named."),
  ignore: z.array(
    z.string({ error: "a rule" }).regex(/^(?:name|kind|uuid):./s, {
      error: "name:, kind: or uuid: with a glob",
    }),
    { error: 'a list, such as ["name:Sandbox *"]' },
  ).optional().describe("Assets that are left alone: name:, kind: or uuid: with a glob."),
  ledger: z.string({ error: "text" }).regex(/^(?:local|branch:[\w./-]+)$/, { error: "local or branch:NAME" })
    .optional()
    .describe("Where the ledger is kept: local, or branch:NAME for CI; local if left out."),
  secrets: section({
    allow: z.array(z.string().regex(/^[^#]+#.+$/, { error: "PATH#FIELD" }), { error: "a list of PATH#FIELD" })
      .optional()
      .describe("Findings that are no secrets, as PATH#FIELD."),
  }).optional().describe("The search for secrets."),
  instances: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: "lower-case letters, digits and -" }),
    Instance,
    { error: "a map of instances" },
  ).optional().describe("The Superset instances by name."),
  environment: section({
    dir: text().optional().describe("The folder whose assets go into each preview environment."),
    select: z.array(text(), { error: "a list of globs" }).optional().describe(
      "The names of the assets; all if left out.",
    ),
    databases: DatabaseMap.optional().describe("The environment's database by the folder's name."),
    rewrite: Rewrite.optional().describe("Prefixes that differ between the folder and the environment."),
    required: z.boolean({ error: "true or false" }).optional()
      .describe("Whether the environment is failed if its assets are."),
  }).optional().describe("Assets for preview environments of Superset."),
});

/** The content of the section as it is written. */
export type AssetsSection = z.infer<typeof AssetsSection>;
