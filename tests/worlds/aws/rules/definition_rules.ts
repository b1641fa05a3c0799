import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import type { Ask, Rules } from "../ask.ts";
import type { Clients } from "../clients.ts";
import { checkFargate } from "./fargate_sizes.ts";
import type { Records } from "../records.ts";
import { checkTags } from "./tag_rules.ts";
import { checkVariables } from "./variable_rules.ts";
import { isObject, strings, text, toWire, type WireObject } from "../wire.ts";

/** What the relay adds to moto's task definitions. */
export class DefinitionRules {
  readonly #records: Records;
  readonly #clients: Clients;
  readonly rules: Rules = {
    RegisterTaskDefinition: (ask) => this.#register(ask),
    DescribeTaskDefinition: (ask) => this.#describe(ask),
    ListTaskDefinitionFamilies: (ask) => this.#families(ask),
    TagResource: ({ input, forward }) => {
      checkTags(input);
      return forward();
    },
  };

  constructor(records: Records, { clients }: { readonly clients: Clients }) {
    this.#records = records;
    this.#clients = clients;
  }

  async #register({ input, forward }: Ask): Promise<unknown> {
    checkTags(input);
    checkFargate(input);
    checkVariables(input);
    const family = text(input["family"]) ?? "";
    const fillers = await this.#fillUp(family);
    try {
      const answer = await forward();
      const definition = answer["taskDefinition"];
      if (isObject(definition)) this.#remember(family, definition);
      return { ...answer, taskDefinition: this.#withDate(definition) };
    } finally {
      await this.#remove(fillers);
    }
  }

  #remember(family: string, definition: WireObject): void {
    this.#records.registered.set(text(definition["taskDefinitionArn"]) ?? "", this.#records.now());
    const revision = definition["revision"];
    if (typeof revision === "number") this.#records.revisions.set(family, revision);
  }

  /** Registers revisions up to the highest that there ever was: moto would give a number again. */
  async #fillUp(family: string): Promise<readonly string[]> {
    const highest = this.#records.revisions.get(family) ?? 0;
    if (highest === 0) return [];
    const fillers: string[] = [];
    for (let present = await this.#highestIn(family); present < highest; present++) {
      const made = await this.#clients.ecs.send(
        new RegisterTaskDefinitionCommand({
          family,
          containerDefinitions: [{ name: "filler", image: "filler", memory: 4 }],
        }),
      );
      fillers.push(made.taskDefinition?.taskDefinitionArn ?? "");
    }
    return fillers;
  }

  async #highestIn(family: string): Promise<number> {
    const revisions = await Promise.all((["ACTIVE", "INACTIVE"] as const).map(async (status) => {
      const page = await this.#clients.ecs.send(
        new ListTaskDefinitionsCommand({ familyPrefix: family, status }),
      );
      return (page.taskDefinitionArns ?? []).map((arn) => Number(arn.slice(arn.lastIndexOf(":") + 1)));
    }));
    return Math.max(0, ...revisions.flat());
  }

  async #remove(arns: readonly string[]): Promise<void> {
    for (const taskDefinition of arns) {
      await this.#clients.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
      await this.#clients.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [taskDefinition] }));
    }
  }

  async #describe({ forward }: Ask): Promise<unknown> {
    const answer = await forward();
    return { ...answer, taskDefinition: this.#withDate(answer["taskDefinition"]) };
  }

  /** moto lists a family whose revisions are all deregistered, or deleted, like any other. */
  async #families({ input, forward }: Ask): Promise<unknown> {
    const answer = await forward();
    const asked = text(input["status"]) ?? "ALL";
    const families: string[] = [];
    for (const family of strings(answer["families"])) {
      const counts = await Promise.all((["ACTIVE", "INACTIVE"] as const).map(async (status) => {
        const page = await this.#clients.ecs.send(
          new ListTaskDefinitionsCommand({ familyPrefix: family, status }),
        );
        return (page.taskDefinitionArns ?? []).length;
      }));
      const [active = 0, inactive = 0] = counts;
      if (
        asked === "ACTIVE"
          ? active > 0
          : asked === "INACTIVE"
          ? active === 0 && inactive > 0
          : active + inactive > 0
      ) {
        families.push(family);
      }
    }
    return { ...answer, families };
  }

  #withDate(definition: unknown): unknown {
    if (!isObject(definition)) return definition;
    const registeredAt = this.#records.registered.get(text(definition["taskDefinitionArn"]) ?? "");
    return { ...definition, ...(registeredAt === undefined ? {} : { registeredAt: toWire(registeredAt) }) };
  }
}
