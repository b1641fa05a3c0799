import type { Intake, IntakeAnswer, JobQueue } from "../../pipelines/ports/job_queue.ts";
import type { SqlDatabase } from "../../ports/sql.ts";
import { Attempts } from "./attempts.ts";
import { claimOldest, mayClaim } from "./claims.ts";
import { isKnown, takeIn, type WaitingCount } from "./intake.ts";

type EnqueueOptions = Parameters<JobQueue["enqueue"]>[1];

/** An intake that waits for the next commit. */
interface Waiting {
  readonly intake: Intake;
  readonly options: EnqueueOptions;
  readonly answered: PromiseWithResolvers<IntakeAnswer>;
}

/** The number of intakes that one commit takes. */
const LARGEST_COMMIT = 256;

/** Makes the queue of builds in a database with the tables of this folder. */
export function makeJobQueue(database: SqlDatabase): JobQueue {
  const { dialect } = database;
  const intakes = new SharedCommits(database);
  const announcing = async <T>(changing: Promise<T>): Promise<T> => {
    const answer = await changing;
    database.announce();
    return answer;
  };
  return {
    async enqueue(intake, options, signal) {
      signal.throwIfAborted();
      return await intakes.add(intake, options);
    },
    isMarked: (marks, signal) => database.read((each) => isKnown(each, marks), signal),
    async claim(request, signal) {
      const options = { request, dialect };
      // Most claims find nothing: they cost one read, and no write waits for them.
      if (!await database.read((each) => mayClaim(each, options), signal)) return undefined;
      return await database.change((each) => claimOldest(each, options), signal);
    },
    renew: (attempt, signal) => database.change((each) => new Attempts(each, dialect).renew(attempt), signal),
    finish: (attempt, signal) =>
      announcing(database.change((each) => new Attempts(each, dialect).finish(attempt), signal)),
    release: (attempt, signal) =>
      announcing(database.change((each) => new Attempts(each, dialect).release(attempt), signal)),
    cancel: (id, options, signal) =>
      announcing(database.change((each) => new Attempts(each, dialect).cancel(id, options), signal)),
    async sweep(now, signal) {
      const changed = await database.change((each) => new Attempts(each, dialect).sweep(now), signal);
      if (changed.length > 0) database.announce();
      return changed;
    },
    changed: (signal) => database.changed(signal),
  };
}

/**
 * Collects the intakes that arrive while a commit is on its way to the disk, and commits them together: a commit waits
 * for the disk, whatever its size.
 */
class SharedCommits {
  readonly #database: SqlDatabase;
  #waiting: Waiting[] = [];
  #committing = false;
  #counted: WaitingCount | undefined;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  add(intake: Intake, options: EnqueueOptions): Promise<IntakeAnswer> {
    const answered = Promise.withResolvers<IntakeAnswer>();
    this.#waiting.push({ intake, options, answered });
    void this.#commit();
    return answered.promise;
  }

  async #commit(): Promise<void> {
    if (this.#committing) return;
    this.#committing = true;
    // Requests whose bytes have arrived already join the first commit.
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, LARGEST_COMMIT);
      await this.#commitBatch(batch);
    }
    this.#committing = false;
  }

  /** Commits a batch. If one intake makes the commit fail, each is committed by itself, so that only that one fails. */
  async #commitBatch(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    try {
      const { answers, counted } = await this.#database.change(
        (each) =>
          takeIn(each, batch.map(({ intake }) => intake), {
            dialect: this.#database.dialect,
            ...first.options,
            counted: this.#counted,
          }),
        // A request that goes away does not take back the intakes that share its commit.
        new AbortController().signal,
      );
      this.#counted = counted;
      // One announcement stands for the whole commit.
      this.#database.announce();
      batch.forEach(({ answered }, at) => {
        const answer = answers[at];
        if (answer === undefined) answered.reject(new Error("The store gave no answer to an intake"));
        else answered.resolve(answer);
      });
    } catch (error) {
      if (batch.length === 1) return first.answered.reject(error);
      for (const each of batch) await this.#commitBatch([each]);
    }
  }
}
