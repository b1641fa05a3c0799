import type { CommandEntry, OptionSpec, Registry } from "../../command.ts";
import type { ServerCommand } from "../command_names.ts";
import { RUNS_STEPS } from "../kept_rights.ts";

const STATE: OptionSpec = {
  name: "state",
  value: "dir",
  default: ".showtime/server",
  description: "folder of the server's own files, below the folder that it is run in",
};

const DATABASE: OptionSpec = {
  name: "database",
  value: "url",
  description:
    "PostgreSQL in place of a file: postgres://host/name; a password goes by SHOWTIME_SERVER__DATABASE",
};

const SERVER: OptionSpec = {
  name: "server",
  value: "url",
  description: "address of the server; SHOWTIME_SERVER, else http://localhost:8080",
};

const SERVE: CommandEntry = {
  permissions: ["net", "read", "write", "run", "sys", "env"],
  runsPrograms: true,
  takesLock: false,
  summary: "receive webhooks, queue builds, keep and show them",
  description:
    "Receives webhooks, polls repositories and runs schedules; queues builds; hands them to workers on any number of " +
    "machines; keeps their results and logs. Without keys it listens on this machine only. It runs until Ctrl-C, and loses " +
    "nothing if it is killed.",
  examples: [
    ["serve -f pipelines.yml", "on this machine, with its state in .showtime/server"],
    ["serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem", "for workers on other machines"],
    ["serve --database postgres://db.example.org/ci", "several servers on one database"],
  ],
  args: [],
  options: [
    {
      name: "pipelines-file",
      short: "f",
      value: "file",
      default: "orchestrator-pipelines.json",
      description: "the pipelines, YAML or JSON; bass's files are read as well",
    },
    {
      name: "env-file",
      short: "e",
      value: "file",
      description: "secrets of pipelines, one KEY=value a line; orchestrator.env if that exists",
    },
    {
      name: "worker-keys-file",
      short: "w",
      value: "file",
      description: "keys of workers, one a line; worker-keys if that exists",
    },
    {
      name: "port",
      short: "p",
      value: "port",
      default: "8080",
      description: "port to listen on; 0 for a free one",
    },
    { name: "host", value: "address", default: "127.0.0.1", description: "address to listen on" },
    { name: "public-url", value: "url", description: "address that people open, for links" },
    STATE,
    DATABASE,
    { name: "tls-cert", value: "file", description: "certificate, PEM" },
    { name: "tls-key", value: "file", description: "its key, PEM" },
    {
      name: "trusted-proxy",
      value: "list",
      description: "addresses of proxies that encrypt; one on this machine is believed anyway",
    },
    { name: "max-queued", value: "n", default: "100000", description: "builds that may wait" },
    { name: "syncs", value: "n", default: "2", description: "environments that are synced at a time" },
    {
      name: "traces-endpoint",
      short: "t",
      value: "url",
      description: "OTLP address that workers send spans to",
    },
    {
      name: "logs-endpoint",
      short: "l",
      value: "url",
      description: "OTLP address that workers send output to",
    },
  ],
  load: async () => (await import("./serve.ts")).runServe,
};

const WORKER: CommandEntry = {
  ...RUNS_STEPS,
  runsPrograms: true,
  summary: "run the builds of a server on this machine",
  description:
    "Asks a server for builds and runs them, each in a checkout of its own. Programs run as the user who starts it, and are " +
    "not isolated from each other. After the first Ctrl-C or TERM it takes no build more, and running ones have the time of " +
    "--drain; then they are cancelled, their tear-downs run, and they go back to the queue.",
  examples: [
    ["worker", "for the server on this machine"],
    [
      "worker -d https://ci.example.org --tags linux,docker --slots 4",
      "for another one, four builds at once",
    ],
  ],
  args: [],
  options: [
    {
      name: "dequeue-endpoint",
      short: "d",
      value: "url",
      default: "http://localhost:8080/dequeue",
      description: "address of the server",
    },
    { name: "tags", short: "t", value: "list", description: "tags of this worker, separated by commas" },
    {
      name: "workspace-root",
      short: "w",
      value: "dir",
      default: ".showtime/worker",
      description: "folder of checkouts, below the folder that it is run in",
    },
    {
      name: "name",
      value: "name",
      description: "name that the server shows; that of the machine if left out",
    },
    { name: "slots", value: "n", default: "1", description: "builds at once" },
    { name: "drain", value: "duration", default: "30s", description: "time for running builds after TERM" },
    { name: "pass-env", value: "list", description: "further variables of this process for builds" },
    {
      name: "key-file",
      value: "file",
      description: "file with the key; SHOWTIME_API_KEY or BASS_API_KEY if left out",
    },
  ],
  load: async () => (await import("./worker.ts")).runWorkerCommand,
};

/** A command that asks a server over HTTP. */
const ASKS = {
  permissions: ["net", "env", "read"],
  runsPrograms: false,
  takesLock: false,
} as const;

const BUILD_ARGUMENT = { name: "build", description: "number of the build", required: true };

const BUILD: Registry = {
  trigger: {
    ...ASKS,
    summary: "queue a build of a pipeline",
    description:
      "Queues a build and prints its number. With --wait it shows the output, and its exit code is that of the build.",
    examples: [
      ["build trigger web", "of the pipeline's own ref"],
      ["build trigger web --ref feature --env LEVEL=2 --wait", "of a branch, and wait for it"],
    ],
    args: [{ name: "pipeline", description: "name of the pipeline", required: true }],
    options: [
      { name: "ref", value: "ref", description: "branch, tag or commit" },
      {
        name: "env",
        value: "KEY=value",
        description: "variable of the build; may be repeated",
        repeats: true,
      },
      { name: "wait", description: "show the output, and exit as the build does" },
      SERVER,
    ],
    load: async () => (await import("./build.ts")).runTrigger,
  },
  list: {
    ...ASKS,
    summary: "list builds, newest first",
    description: "Lists builds with their states.",
    examples: [["build list --state failed", "those that failed"]],
    args: [],
    options: [
      { name: "pipeline", value: "name", description: "of this pipeline only" },
      { name: "state", value: "state", description: "in this state only" },
      { name: "limit", value: "n", default: "20", description: "builds to show" },
      SERVER,
    ],
    load: async () => (await import("./build.ts")).runList,
  },
  show: {
    ...ASKS,
    summary: "show a build and its steps",
    description: "Shows a build with the tree of its steps.",
    examples: [["build show 12", "with its steps"]],
    args: [BUILD_ARGUMENT],
    options: [SERVER],
    load: async () => (await import("./build.ts")).runShow,
  },
  logs: {
    ...ASKS,
    summary: "print the output of a build",
    description: "Prints the output of the newest attempt, as `path | line`.",
    examples: [["build logs 12 --follow", "until the build ends"]],
    args: [BUILD_ARGUMENT],
    options: [{ name: "follow", short: "f", description: "until the build ends" }, SERVER],
    load: async () => (await import("./build.ts")).runLogs,
  },
  cancel: {
    ...ASKS,
    summary: "cancel a build",
    description: "Cancels a build: at once while it waits, else through its worker, whose tear-downs run.",
    examples: [["build cancel 12", "tear-downs run"]],
    args: [BUILD_ARGUMENT],
    options: [SERVER],
    load: async () => (await import("./build.ts")).runCancel,
  },
  rerun: {
    ...ASKS,
    summary: "run a build again",
    description: "Queues the same commit again, as a new build.",
    examples: [["build rerun 12", "prints the number of the new one"]],
    args: [BUILD_ARGUMENT],
    options: [SERVER],
    load: async () => (await import("./build.ts")).runRerun,
  },
};

/** A command that opens the server's store. */
const EDITS_KEYS = {
  permissions: ["net", "read", "write", "env"],
  runsPrograms: false,
  takesLock: false,
} as const;

const KEYS: Registry = {
  add: {
    ...EDITS_KEYS,
    summary: "make a key and print it once",
    description: "Makes a key and prints it. The store keeps its hash only, so nothing can print it again.",
    examples: [
      ["keys add builder-1 --role worker --tags linux", "for a worker"],
      ["keys add ci --role trigger --pipelines web", "for a hook that triggers one pipeline"],
    ],
    args: [{ name: "name", description: "name of the key", required: true }],
    options: [
      {
        name: "role",
        value: "role",
        choices: ["worker", "trigger", "read", "admin"],
        default: "worker",
        description: "what it permits: work, trigger and read, read, or everything",
      },
      { name: "tags", value: "list", description: "tags that a worker with it may have; any if left out" },
      { name: "pipelines", value: "list", description: "pipelines that it is limited to; all if left out" },
      STATE,
      DATABASE,
    ],
    load: async () => (await import("./keys.ts")).runAddKey,
  },
  list: {
    ...EDITS_KEYS,
    summary: "list the keys",
    description: "Lists names, roles and limits. Nothing shows a key itself.",
    examples: [["keys list", "of the state in .showtime/server"]],
    args: [],
    options: [STATE, DATABASE],
    load: async () => (await import("./keys.ts")).runListKeys,
  },
  revoke: {
    ...EDITS_KEYS,
    summary: "remove a key",
    description: "Removes a key. A running server refuses it within a second.",
    examples: [["keys revoke builder-1", "at once"]],
    args: [{ name: "name", description: "name of the key", required: true }],
    options: [STATE, DATABASE],
    load: async () => (await import("./keys.ts")).runRevokeKey,
  },
};

/** The registry of commands about the server. */
export const SERVER_COMMANDS: Registry<ServerCommand> = {
  serve: SERVE,
  worker: WORKER,
  build: { summary: "trigger, list, show and cancel builds of a server", commands: BUILD },
  keys: { summary: "keys for the server's HTTP interface", commands: KEYS },
};
