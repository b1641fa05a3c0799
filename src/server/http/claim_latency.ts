/** The upper edges of the buckets, in seconds. */
const EDGES = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 1800] as const;

/** A histogram of the time that builds waited for their first claim by this process. */
export class ClaimLatency {
  readonly #counts: number[] = EDGES.map(() => 0);
  #sum = 0;
  #count = 0;

  /** Counts a build that waited so long. */
  add(waitedMs: number): void {
    const seconds = waitedMs / 1000;
    this.#sum += seconds;
    this.#count++;
    EDGES.forEach((edge, at) => {
      if (seconds <= edge) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    });
  }

  /** Returns the histogram as lines for Prometheus. */
  lines(): readonly string[] {
    const name = "showtime_claim_latency_seconds";
    return [
      `# HELP ${name} Time from the queueing of a build to its first claim.`,
      `# TYPE ${name} histogram`,
      ...EDGES.map((edge, at) => `${name}_bucket{le="${edge}"} ${this.#counts[at] ?? 0}`),
      `${name}_bucket{le="+Inf"} ${this.#count}`,
      `${name}_sum ${this.#sum}`,
      `${name}_count ${this.#count}`,
    ];
  }
}
