import type { Forge, ForgeWrite } from "../../environments/ports/forge.ts";

/** Makes a forge that reads from `real` and writes nothing; `tell` receives what would be written. */
export function dryForge(real: Forge, tell: (text: string) => void): Forge {
  return {
    now: () => real.now(),
    requestCount: () => real.requestCount(),
    scopes: () => real.scopes(),
    knownViewer: () => real.knownViewer(),
    knownRepositoryId: () => real.knownRepositoryId(),
    findRepositoryId: (...args) => real.findRepositoryId(...args),
    readPull: (...args) => real.readPull(...args),
    permissions: (...args) => real.permissions(...args),
    viewer: (...args) => real.viewer(...args),
    listPulls: (...args) => real.listPulls(...args),
    readPulls: (...args) => real.readPulls(...args),
    resolveCommit: (...args) => real.resolveCommit(...args),
    readBaseFile: (...args) => real.readBaseFile(...args),
    compare: (...args) => real.compare(...args),
    firstRunOf: (...args) => real.firstRunOf(...args),
    readBaseFiles: (...args) => real.readBaseFiles(...args),
    readFolder: (...args) => real.readFolder(...args),
    requiredChecks: (...args) => real.requiredChecks(...args),
    defaultBranch: (...args) => real.defaultBranch(...args),
    pullsOfBranch: (...args) => real.pullsOfBranch(...args),
    readRun: (...args) => real.readRun(...args),
    listDefinitions: (...args) => real.listDefinitions(...args),
    readLock: (...args) => real.readLock(...args),
    readStarts: (...args) => real.readStarts(...args),
    lockNumbers: (...args) => real.lockNumbers(...args),
    retirementInfo: (...args) => real.retirementInfo(...args),
    listDeployments: (...args) => real.listDeployments(...args),
    define(definitions) {
      return Promise.resolve(definitions.map(({ name }) => name));
    },
    write(pr, batch) {
      for (const write of batch) tell(`Dry run: would ${describe(write)} on #${pr.number}`);
      return Promise.resolve({ comment: undefined, warnings: [], updatedAt: undefined });
    },
    createLock() {
      return Promise.resolve({ kind: "created", nodeId: "dry-run", epoch: 0 });
    },
    renewLock: () => Promise.resolve(true),
    deleteDefinition: () => Promise.resolve(true),
    deleteDefinitions(nodeIds) {
      tell(`Dry run: would delete ${nodeIds.length} label definitions`);
      return Promise.resolve();
    },
    createDeployment: () => Promise.resolve({ deployment: undefined, warning: undefined }),
    writeStatus({ sha, state, context }) {
      tell(`Dry run: would set the status "${context}" of ${sha.slice(0, 7)} to ${state}`);
      return Promise.resolve();
    },
  };
}

function describe(write: ForgeWrite): string {
  switch (write.kind) {
    case "attach":
      return `add ${write.names.map((name) => `"${name}"`).join(", ")}`;
    case "detach":
      return `take off ${write.names.map((name) => `"${name}"`).join(", ")}`;
    case "comment":
      return "write the comment";
    case "news":
      return write.nodeId === undefined ? "write a comment with news" : "update the comment with news";
    case "deployment_status":
      return `set the deployment to ${write.state}`;
    case "delete_comment":
      return "delete a comment that is out of date";
    case "delete_definition":
      return "delete a label definition";
  }
}
