import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { AppError } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { Attempt } from "../errors.ts";
import type { Tags } from "../tags.ts";
import { call, callForSome } from "./call.ts";
import { inChunks, readPages } from "./paging.ts";
import { lastPart, readTags } from "./shapes.ts";

const DEFINITIONS_A_CALL = 10;
const PAGE = 100;
/** Matches the reasons of a failed deletion that mean success: the revision is gone or being deleted. */
const GONE = /missing|not (be )?found|not exist|DELETE_IN_PROGRESS|being deleted/i;

/** A task definition with its tags. */
export interface TaggedDefinition {
  readonly definition: TaskDefinition;
  readonly tags: Tags;
}

/** The calls about task definitions, which belong to the account and region, not to a cluster. */
export class TaskDefinitionCalls {
  readonly #client: ECSClient;
  readonly #region: string;

  constructor(client: ECSClient, region: string) {
    this.#client = client;
    this.#region = region;
  }

  #attempt(action: string, name: string): Attempt {
    return { action, permission: `ecs:${name}`, region: this.#region };
  }

  /** Registers a revision and returns its ARN. */
  async register(input: RegisterTaskDefinitionCommandInput, signal: AbortSignal): Promise<string> {
    const made = await call(
      this.#attempt(`Registering the task definition "${input.family}"`, "RegisterTaskDefinition"),
      () => this.#client.send(new RegisterTaskDefinitionCommand(input), { abortSignal: signal }),
      signal,
    );
    const { taskDefinitionArn, revision } = made.taskDefinition ?? {};
    if (taskDefinitionArn !== undefined) return taskDefinitionArn;
    if (revision !== undefined) return `${input.family}:${revision}`;
    throw new AppError(
      "aws_failed",
      `Registering the task definition "${input.family}": the answer of AWS names no revision`,
      { hint: "Run the command again", retryable: true },
    );
  }

  /** Lists families that begin with `prefix` and have a revision that is not deregistered. */
  async families(prefix: string, signal: AbortSignal): Promise<readonly string[]> {
    return await readPages(async (nextToken) => {
      const page = await call(
        this.#attempt("Listing task definition families", "ListTaskDefinitionFamilies"),
        () =>
          this.#client.send(
            new ListTaskDefinitionFamiliesCommand({
              familyPrefix: prefix,
              status: "ACTIVE",
              maxResults: PAGE,
              nextToken,
            }),
            { abortSignal: signal },
          ),
        signal,
      );
      return { items: page.families ?? [], nextToken: page.nextToken };
    });
  }

  /**
   * Lists the ARNs of registered (`ACTIVE`) or deregistered (`INACTIVE`) revisions, at most `pages` pages of
   * 100. The revisions are those of one family, or of the whole account if no family is named.
   */
  async arns(
    of: {
      readonly family: string | undefined;
      readonly status: "ACTIVE" | "INACTIVE";
      readonly pages?: number;
    },
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const arns = await readPages(async (nextToken) => {
      const page = await call(
        this.#attempt(
          of.family === undefined ? "Listing task definitions" : `Listing revisions of "${of.family}"`,
          "ListTaskDefinitions",
        ),
        () =>
          this.#client.send(
            new ListTaskDefinitionsCommand({
              familyPrefix: of.family,
              status: of.status,
              maxResults: PAGE,
              nextToken,
            }),
            { abortSignal: signal },
          ),
        signal,
      );
      return { items: page.taskDefinitionArns ?? [], nextToken: page.nextToken };
    }, of.pages);
    return arns.filter((arn) => of.family === undefined || lastPart(arn).replace(/:\d+$/, "") === of.family);
  }

  /** Describes one revision with its tags; returns undefined if it is gone. */
  async describe(arn: string, signal: AbortSignal): Promise<TaggedDefinition | undefined> {
    const found = await callForSome(
      {
        ...this.#attempt(`Describing ${lastPart(arn)}`, "DescribeTaskDefinition"),
        // For a revision that is gone, ECS answers only with a general ClientException.
        absent: ["ClientException"],
      },
      () =>
        this.#client.send(
          new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ["TAGS"] }),
          { abortSignal: signal },
        ),
      signal,
    );
    if (found?.taskDefinition === undefined) return undefined;
    return { definition: found.taskDefinition, tags: readTags(found.tags) };
  }

  /** Deregisters and deletes revisions by ARN. A revision that is already gone is success. */
  async remove(arns: readonly string[], signal: AbortSignal): Promise<void> {
    await inChunks(arns, {
      size: 1,
      act: async ([arn = ""]) => {
        await callForSome(
          {
            ...this.#attempt(`Deregistering ${lastPart(arn)}`, "DeregisterTaskDefinition"),
            absent: ["ClientException", "InvalidParameterException"],
          },
          () =>
            this.#client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }), {
              abortSignal: signal,
            }),
          signal,
        );
        return [];
      },
    });
    await inChunks(arns, {
      size: DEFINITIONS_A_CALL,
      act: async (taskDefinitions) => {
        const { failures = [] } = await call(
          this.#attempt("Deleting task definitions", "DeleteTaskDefinitions"),
          () =>
            this.#client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }), { abortSignal: signal }),
          signal,
        );
        const kept = failures.find(({ reason = "", detail = "" }) => !GONE.test(`${reason} ${detail}`));
        if (kept !== undefined) {
          throw new AppError(
            "aws_failed",
            `Deleting ${lastPart(kept.arn ?? "a task definition")}: AWS keeps it (${
              stripControls(kept.reason ?? kept.detail ?? "no reason")
            })`,
            { hint: "Run the command again", retryable: true },
          );
        }
        return [];
      },
    });
  }
}
