import type { Build } from "../../pipelines/core/builds/build.ts";
import type { AttemptOf, JobQueue } from "../../pipelines/ports/job_queue.ts";
import type { SqlDialect, SqlRow, SqlTransaction } from "../../ports/sql.ts";
import { lockGroup, settleGroup } from "./groups.ts";
import { BUILD_COLUMNS, buildOf, numberOf, optionalNumber, optionalText, textOf } from "./rows.ts";

/** The parts of a build that decide what its end leads to. */
interface OpenBuild {
  readonly id: string;
  readonly state: string;
  readonly reason: string | undefined;
  readonly attempt: number;
  readonly worker: string | undefined;
  readonly group: string | undefined;
  readonly lostLeft: number;
  readonly failedLeft: number;
  /** Undefined unless an attempt runs. */
  readonly leaseUntil: number | undefined;
}

/** The changes of one transition. Undefined leaves a column as it is. */
interface Transition {
  readonly state: Build["state"];
  readonly reason: string | undefined;
  readonly endedAt: number | undefined;
  readonly exitCode?: number | undefined;
  readonly lostLeft?: number;
  readonly failedLeft?: number;
}

/** The ends of attempts, and cancellations. Each method runs in the transaction that it is given. */
export class Attempts {
  readonly #transaction: SqlTransaction;
  readonly #dialect: SqlDialect;

  constructor(transaction: SqlTransaction, dialect: SqlDialect) {
    this.#transaction = transaction;
    this.#dialect = dialect;
  }

  /** Renews a lease. */
  async renew({ build, attempt, now, leaseMs }: Parameters<JobQueue["renew"]>[0]): Promise<
    "kept" | "cancel" | "stale"
  > {
    const [row] = await this.#transaction.rows(
      `UPDATE builds SET lease_until = ? WHERE id = ? AND attempt = ? AND ${LEASED} RETURNING state`,
      [now + leaseMs, build, attempt],
    );
    if (row === undefined) return "stale";
    return textOf(row, "state") === "cancelling" ? "cancel" : "kept";
  }

  /** Ends an attempt; undefined if it is stale. */
  async finish(
    { outcome, reason, exitCode, now, ...of }: Parameters<JobQueue["finish"]>[0],
  ): Promise<Build | undefined> {
    const open = await this.#current(of);
    if (open === undefined) return undefined;
    if (outcome === "failed" && open.state === "running" && open.failedLeft > 0) {
      return await this.#move(open, {
        state: "queued",
        reason: `Attempt ${of.attempt} failed. The build runs again`,
        endedAt: undefined,
        failedLeft: open.failedLeft - 1,
      });
    }
    // Who cancelled it matters more than the worker's words for it.
    const why = outcome === "cancelled" && open.state === "cancelling" ? open.reason ?? reason : reason;
    return await this.#move(open, { state: outcome, reason: why, endedAt: now, exitCode });
  }

  /** Gives an attempt back; undefined if it is stale. */
  async release(
    { reason, now, ...of }: Parameters<JobQueue["release"]>[0],
  ): Promise<Build | undefined> {
    const open = await this.#current(of);
    if (open === undefined) return undefined;
    return await this.#move(
      open,
      open.state === "cancelling"
        ? { state: "cancelled", reason: open.reason ?? reason, endedAt: now }
        : { state: "queued", reason, endedAt: undefined },
    );
  }

  /** Cancels a build; undefined if there is no such build. A build that has ended stays as it is. */
  async cancel(
    id: string,
    { reason, now }: Parameters<JobQueue["cancel"]>[1],
  ): Promise<Build | undefined> {
    const open = await this.#lock(id);
    if (open?.state === "queued") return await this.#move(open, { state: "cancelled", reason, endedAt: now });
    if (open?.state === "running") {
      return await this.#move(open, { state: "cancelling", reason, endedAt: undefined });
    }
    const [row] = await this.#transaction.rows(`SELECT ${BUILD_COLUMNS} FROM builds WHERE id = ?`, [id]);
    return row === undefined ? undefined : buildOf(row);
  }

  /** Ends or queues again each build whose lease has expired. */
  async sweep(now: number): Promise<readonly Build[]> {
    const expired = await this.#transaction.rows(
      `SELECT id FROM builds WHERE ${LEASED} AND lease_until < ? ORDER BY id LIMIT 100`,
      [now],
    );
    const changed: Build[] = [];
    for (const row of expired) {
      const open = await this.#lock(textOf(row, "id"));
      // Its worker or another server was faster.
      if (open?.leaseUntil === undefined || open.leaseUntil >= now) continue;
      changed.push(await this.#move(open, afterLoss(open, now)));
    }
    return changed;
  }

  /** The build of an attempt, if the attempt is its newest and has not ended. */
  async #current({ build, attempt }: AttemptOf): Promise<OpenBuild | undefined> {
    const open = await this.#lock(build);
    const runs = open?.state === "running" || open?.state === "cancelling";
    return runs && open.attempt === attempt ? open : undefined;
  }

  /** Locks a build, after its group: every transaction takes the two in this order. */
  async #lock(id: string): Promise<OpenBuild | undefined> {
    const [place] = await this.#transaction.rows("SELECT group_name FROM builds WHERE id = ?", [id]);
    const group = place === undefined ? undefined : optionalText(place, "group_name");
    if (group !== undefined) await lockGroup(this.#transaction, { group, dialect: this.#dialect });
    const lock = this.#dialect === "postgres" ? " FOR UPDATE" : "";
    const [row] = await this.#transaction.rows(
      `SELECT ${OPEN_COLUMNS} FROM builds WHERE id = ?${lock}`,
      [id],
    );
    return row === undefined ? undefined : openOf(row);
  }

  async #move(open: OpenBuild, to: Transition): Promise<Build> {
    const waits = to.state === "queued";
    const [row] = await this.#transaction.rows(
      `UPDATE builds SET state = ?, reason = ?, ended_at = ?, exit_code = ?, lost_left = ?, failed_left = ?,
        worker = CASE WHEN ? = 1 THEN NULL ELSE worker END, started_at = CASE WHEN ? = 1 THEN NULL ELSE started_at END,
        lease_until = CASE WHEN ? = 1 THEN lease_until ELSE NULL END WHERE id = ? RETURNING ${BUILD_COLUMNS}`,
      [
        to.state,
        to.reason ?? null,
        to.endedAt ?? null,
        to.exitCode ?? null,
        to.lostLeft ?? open.lostLeft,
        to.failedLeft ?? open.failedLeft,
        waits ? 1 : 0,
        waits ? 1 : 0,
        to.state === "cancelling" ? 1 : 0,
        open.id,
      ],
    );
    if (row === undefined) throw new Error(`The build ${open.id} is gone`);
    if (open.group !== undefined) await settleGroup(this.#transaction, open.group);
    return buildOf(row);
  }
}

const LEASED = "state IN ('running', 'cancelling')";

const OPEN_COLUMNS = "id, state, reason, attempt, worker, group_name, lost_left, failed_left, lease_until";

function openOf(row: SqlRow): OpenBuild {
  return {
    id: textOf(row, "id"),
    state: textOf(row, "state"),
    reason: optionalText(row, "reason"),
    attempt: numberOf(row, "attempt"),
    worker: optionalText(row, "worker"),
    group: optionalText(row, "group_name"),
    lostLeft: numberOf(row, "lost_left"),
    failedLeft: numberOf(row, "failed_left"),
    leaseUntil: optionalNumber(row, "lease_until"),
  };
}

function afterLoss({ state, worker, attempt, lostLeft }: OpenBuild, now: number): Transition {
  const gone = `The worker ${worker ?? "of it"} went away during attempt ${attempt}`;
  if (state === "cancelling") return { state: "cancelled", reason: gone, endedAt: now };
  if (lostLeft === 0) return { state: "lost", reason: gone, endedAt: now };
  return {
    state: "queued",
    reason: `${gone}. The build runs again`,
    endedAt: undefined,
    lostLeft: lostLeft - 1,
  };
}
