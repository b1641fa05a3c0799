import type { ArgumentSpec, CommandEntry, Registry } from "../../command.ts";
import { INSTANCE_OPTIONS } from "./ask_instance_options.ts";
import { LOOKS_AT_CONFIG, LOOKS_AT_INSTANCE, WRITES } from "./rights.ts";
import { INSTANCE_ARGUMENT } from "./arguments.ts";

const NAME: ArgumentSpec = { name: "name", description: "name in assets.instances", required: true };

/** Logs in. */
export const LOGIN: CommandEntry = {
  ...WRITES,
  summary: "log in to an instance, and keep the login on request",
  description:
    "Logs in anew. With the method oauth it prints an address to open in a browser on this machine. Tokens stay " +
    "in memory; --save keeps the refresh token in .showtime/assets/, readable for this account only.",
  examples: [["assets login production", "test the login"], [
    "assets login production --save",
    "keep it for the next commands",
  ]],
  args: [INSTANCE_ARGUMENT],
  options: [{ name: "save", description: "keep the refresh token, unless Git would track it" }],
  load: async () => (await import("./login.ts")).runLogin,
};

/** Deletes a saved login. */
export const LOGOUT: CommandEntry = {
  ...WRITES,
  summary: "delete the saved login of an instance",
  description: "Deletes the refresh token that login --save kept. The identity provider is not asked.",
  examples: [["assets logout production", "forget the login"]],
  args: [INSTANCE_ARGUMENT],
  options: [],
  load: async () => (await import("./login.ts")).runLogout,
};

/** The commands about the configured instances. */
export const INSTANCES: Registry = {
  list: {
    ...LOOKS_AT_CONFIG,
    summary: "list the configured instances",
    description: "Lists the instances of assets.instances.",
    examples: [["assets instances list", "look"]],
    args: [],
    options: [],
    load: async () => (await import("./instances.ts")).runInstancesList,
  },
  add: {
    ...WRITES,
    summary: "write an instance into showtime.yml",
    description:
      "Writes a new instance at the end of assets.instances; comments and order of the file stay. Asks for what " +
      "no flag says. Secrets are written as references to variables.",
    examples: [
      ["assets instances add", "on a terminal: ask"],
      ["assets instances add qa --url https://bi-qa.example.org --username ci", "without a question"],
    ],
    args: [{ ...NAME, description: "name of the new instance", required: false }],
    options: INSTANCE_OPTIONS,
    load: async () => (await import("./edit_instances.ts")).runInstancesAdd,
  },
  show: {
    ...LOOKS_AT_CONFIG,
    summary: "show one instance as it is configured",
    description: "Shows address, login, mapping and rules of an instance. Secrets stay references.",
    examples: [["assets instances show qa", "look"]],
    args: [INSTANCE_ARGUMENT],
    options: [],
    load: async () => (await import("./instances.ts")).runInstancesShow,
  },
  remove: {
    ...WRITES,
    summary: "remove an instance from showtime.yml",
    description:
      "Removes an instance, with the comment above it and its saved login. The rest of the file stays.",
    examples: [["assets instances remove qa", "forget an instance"]],
    args: [NAME],
    options: [],
    load: async () => (await import("./edit_instances.ts")).runInstancesRemove,
  },
  import: {
    ...WRITES,
    summary: "take over the instances of sup",
    description:
      "Reads ~/.sup/config.yml, the file of the command line sup, and writes its instances into showtime.yml. " +
      "Secrets are not copied: they become references to variables, which the output names.",
    examples: [["assets instances import", "from ~/.sup/config.yml"]],
    args: [{ name: "file", description: "file of sup; ~/.sup/config.yml if left out", required: false }],
    options: [],
    load: async () => (await import("./edit_instances.ts")).runInstancesImport,
  },
  test: {
    ...LOOKS_AT_INSTANCE,
    summary: "log in, and show what the account may do",
    description:
      "Logs in, tests the CSRF token with a request that changes nothing, and shows the rights of the account, the " +
      "version of the server and why it is believed.",
    examples: [["assets instances test qa", "before the first export"]],
    args: [INSTANCE_ARGUMENT],
    options: [],
    load: async () => (await import("./instances.ts")).runInstancesTest,
  },
};
