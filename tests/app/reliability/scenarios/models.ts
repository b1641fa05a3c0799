/**
 * Lock protocols that are known to be broken, as small models over GitHub's own interface, and one that is not. A
 * scheduler that does not catch the broken ones proves nothing about ours.
 */

import {
  type Border,
  type Played,
  type Scenario,
  type Stage,
  stageOf,
} from "../../../worlds/schedule/mod.ts";
import { makeWorld, PR, REPO, type World } from "../../../worlds/world.ts";

/** One process of a model: it asks GitHub at the border, and knows who it is. */
interface Process {
  readonly id: string;
  /** `route` is method and path below the repository. */
  readonly ask: (route: string, body?: Readonly<Record<string, unknown>>) => Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** How a process takes the lock (true: it is inside) and gives it back. */
interface Protocol {
  readonly name: string;
  readonly processes: readonly string[];
  readonly prepare?: (world: World) => Promise<void>;
  readonly take: (process: Process) => Promise<boolean>;
  readonly release: (process: Process) => Promise<void>;
}

const LOCK = "lock pr-1";
const at = (name: string) => `/labels/${encodeURIComponent(name)}`;

/** The owner that a definition's description names; undefined where there is none. */
async function ownerAt(process: Process, name = LOCK): Promise<string | undefined> {
  const { status, body } = await process.ask(`GET ${at(name)}`);
  if (status !== 200 || typeof body !== "object" || body === null) return undefined;
  return "description" in body ? String(body.description) : undefined;
}

async function create(process: Process, name = LOCK, owner = process.id): Promise<boolean> {
  return (await process.ask("POST /labels", { name, color: "ffffff", description: owner })).status === 201;
}

/** The lock of a process that died inside. */
async function plantDead(world: World): Promise<void> {
  await world.simulator.handle(
    request("POST /labels", { name: LOCK, color: "ffffff", description: "dead" }),
  );
}

/** Looks whether a label is on the pull request, and puts it there: two can look before either writes. */
const READ_THEN_WRITE: Protocol = {
  name: "model_read_then_write",
  processes: ["a", "b"],
  take: async (process) => {
    const { body } = await process.ask(`GET /issues/${PR}/labels`);
    if (JSON.stringify(body).includes(LOCK)) return false;
    await process.ask(`POST /issues/${PR}/labels`, { labels: [LOCK] });
    return true;
  },
  release: async (process) => void await process.ask(`DELETE /issues/${PR}${at(LOCK)}`),
};

/** Creation is a compare-and-set, but a dead owner's lock is deleted by its name. */
const STEAL_BY_NAME: Protocol = {
  name: "model_steal_by_name",
  processes: ["a", "b"],
  prepare: plantDead,
  take: async (process) => {
    if (await create(process)) return true;
    if (await ownerAt(process) !== "dead") return false;
    await process.ask(`DELETE ${at(LOCK)}`);
    return await create(process);
  },
  release: async (process) => void await process.ask(`DELETE ${at(LOCK)}`),
};

/** The same with a second look just before the deletion: over REST alone that is no compare-and-set either. */
const STEAL_OVER_REST: Protocol = {
  ...STEAL_BY_NAME,
  name: "model_steal_over_rest",
  take: async (process) => {
    if (await create(process)) return true;
    for (let look = 0; look < 2; look++) if (await ownerAt(process) !== "dead") return false;
    await process.ask(`DELETE ${at(LOCK)}`);
    return await create(process);
  },
};

const EPOCHS = 4;
const epochName = (epoch: number, held: boolean) => `${LOCK} e${epoch} ${held ? "held" : "free"}`;

/**
 * The epoch stands in the name, and every transition is a renaming, which only one can win. Who finds nothing makes the
 * first epoch: one that looked long ago makes it a second time.
 */
const RENAME_WITH_EPOCH: Protocol = {
  name: "model_rename_with_epoch",
  processes: ["a", "b", "c"],
  take: async (process) => {
    const { body } = await process.ask("GET /labels?per_page=100");
    const names = JSON.stringify(body);
    const epochs = Array.from({ length: EPOCHS }, (_, epoch) => epoch);
    if (epochs.some((epoch) => names.includes(epochName(epoch, true)))) return false;
    const free = epochs.findLast((epoch) => names.includes(epochName(epoch, false)));
    if (free === undefined && !await create(process, epochName(0, false))) return false;
    const name = epochName((free ?? 0) + 1, true);
    const renamed = await process.ask(`PATCH ${at(epochName(free ?? 0, false))}`, {
      new_name: name,
      description: process.id,
    });
    return renamed.status === 200;
  },
  release: async (process) => {
    for (let epoch = 1; epoch < EPOCHS; epoch++) {
      if (await ownerAt(process, epochName(epoch, true)) !== process.id) continue;
      await process.ask(`PATCH ${at(epochName(epoch, true))}`, { new_name: epochName(epoch, false) });
    }
  },
};

/** Who it is, is the id of the workflow run: its second attempt, or a second process of it, takes itself for the first. */
const IDENTITY_BY_RUN: Protocol = {
  name: "model_identity_by_run",
  processes: ["a", "b"],
  take: async (process) => await create(process, LOCK, "run 101") || await ownerAt(process) === "run 101",
  release: async (process) => void await process.ask(`DELETE ${at(LOCK)}`),
};

/** Not broken as long as nobody dies: creation alone is a compare-and-set. What the harness must not accuse. */
const CREATE_ONLY: Protocol = {
  name: "model_create_only",
  processes: ["a", "b", "c"],
  take: (process) => create(process),
  release: async (process) => void await process.ask(`DELETE ${at(LOCK)}`),
};

function request(route: string, body?: Readonly<Record<string, unknown>>): Request {
  const [method = "", path = ""] = route.split(" ");
  return new Request(`https://github.example/repos/${REPO}${path}`, {
    method,
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function processOf(
  id: string,
  { world, border }: { readonly world: World; readonly border: Border },
): Process {
  return {
    id,
    ask: (route, body) => {
      const call = { run: id, name: decodeURIComponent(route), writes: !route.startsWith("GET ") };
      return border.pass(call, {
        act: async () => {
          const answer = await world.simulator.handle(request(route, body));
          const text = await answer.text();
          return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
        },
      });
    },
  };
}

/** Two inside at once are wrong, and so is a lock that nobody can ever take again. */
function modelScenario(protocol: Protocol): Scenario {
  return {
    name: protocol.name,
    make: async (): Promise<Stage> => {
      const world = makeWorld();
      await protocol.prepare?.(world);
      const stage = stageOf(world);
      const inside = new Set<string>();
      for (const id of protocol.processes) {
        const process = processOf(id, stage);
        const move = (name: string, act: () => void) =>
          stage.border.pass({ run: id, name, writes: true }, { act: () => Promise.resolve(act()) });
        stage.actors.set(id, async () => {
          if (!await protocol.take(process)) return "lost";
          await move("goes in", () => {
            inside.add(id);
            if (inside.size > 1) stage.wrongs.push(`${[...inside].join(" and ")} are inside at once`);
          });
          await move("comes out", () => void inside.delete(id));
          await protocol.release(process);
          return "won";
        });
      }
      return stage;
    },
    check: async ({ outcomes }: Played) => {
      const values = [...outcomes.values()].map((each) => each.kind === "done" ? each.value : each.error);
      if (!values.includes("won")) throw new Error(`Nobody came in: ${values.join(", ")}`);
      return await Promise.resolve();
    },
  };
}

/** Each of these is to be caught. */
export const BROKEN: readonly Scenario[] = [
  READ_THEN_WRITE,
  STEAL_BY_NAME,
  STEAL_OVER_REST,
  RENAME_WITH_EPOCH,
  IDENTITY_BY_RUN,
].map(modelScenario);

/** This one is not. */
export const SOUND: Scenario = modelScenario(CREATE_ONLY);

export const MODELS: readonly Scenario[] = [...BROKEN, SOUND];
