import type { Balancing, GroupRecord, TargetRecord } from "./balancing_records.ts";

/** How long one check may take, in machine milliseconds. */
const PATIENCE_MS = 2000;
/** Failed checks in a row after which a target counts as unhealthy. */
const UNHEALTHY_AFTER = 2;

/** Asks the targets of all groups for their health, as their group says. */
export class TargetChecks {
  readonly #balancing: Balancing;
  readonly #elapsed: () => number;
  readonly #everyMs: number;

  /** `everyMs`: between two checks of a target, by `elapsed`. */
  constructor(balancing: Balancing, options: { readonly elapsed: () => number; readonly everyMs: number }) {
    this.#balancing = balancing;
    this.#elapsed = options.elapsed;
    this.#everyMs = options.everyMs;
  }

  /** Checks every target that is due. Those of a group that no rule uses are not checked. */
  async step(): Promise<void> {
    const now = this.#elapsed();
    const due: Promise<void>[] = [];
    for (const group of this.#balancing.groups.values()) {
      for (const [key, target] of group.targets) {
        if (target.state === "draining" && now >= target.drainsUntil) group.targets.delete(key);
        else if (target.state === "draining" || target.nextCheck > now) continue;
        else if (this.#balancing.isUsed(group.arn)) due.push(this.#check(group, target));
      }
    }
    await Promise.all(due);
  }

  async #check(group: GroupRecord, target: TargetRecord): Promise<void> {
    target.nextCheck = this.#elapsed() + this.#everyMs;
    const reason = this.#balancing.blocked ? "Target.Timeout" : await ask(target, group.path);
    if (target.state === "draining") return;
    if (reason === undefined) {
      target.state = "healthy";
      target.reason = undefined;
      target.misses = 0;
      return;
    }
    target.misses++;
    const patient = target.misses < UNHEALTHY_AFTER;
    if (patient && target.state === "initial") target.reason = "Elb.InitialHealthChecking";
    if (patient) return;
    target.state = "unhealthy";
    target.reason = reason;
  }
}

/** Why a target is not healthy; undefined for one that answers with 2xx. */
async function ask({ host, port }: TargetRecord, path: string): Promise<string | undefined> {
  try {
    const response = await fetch(`http://${host}:${port}${path}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: "manual",
    });
    await response.body?.cancel();
    return response.ok ? undefined : `Target.ResponseCodeMismatch ${response.status}`;
  } catch (error) {
    return error instanceof DOMException ? "Target.Timeout" : "Target.FailedHealthChecks";
  }
}
