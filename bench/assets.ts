/**
 * Times and requests of `showtime assets` on a real Superset, behind a proxy that adds 50 ms to each request, beside
 * preset-cli's `superset-cli`. `SHOWTIME_BENCH_SUPERSET_CLI` names the peer; install preset-cli 0.3.13 for it under
 * bench/constraints-preset-cli-0.3.13.txt, in an environment of its own.
 */

import { part } from "../tests/worlds/require.ts";
import {
  type FiguresStage,
  FIVE_HUNDRED,
  type Measured,
  startFiguresStage,
} from "../tests/worlds/superset/figures_stage.ts";
import { isWrite } from "../tests/worlds/superset/proxy.ts";

const REQUEST_MS = 50;
/** What slows the machine down slows both programs of a pair. */
const PAIRS = 3;

/** Prints one line of the report: what, the figure, the budget. */
type Row = (line: { readonly name: string; readonly value: string; readonly budget?: string }) => void;

interface Counted extends Measured {
  readonly requests: number;
  readonly writes: number;
}

/** Measures export beside the peer, a push of everything, and a push with nothing to do. */
export async function benchAssets(row: Row): Promise<void> {
  const superset = await part("superset");
  if (superset.missing !== undefined) {
    return row({ name: "assets on Superset", value: "not measured", budget: superset.missing });
  }
  const stage = await startFiguresStage(FIVE_HUNDRED, { delayMs: REQUEST_MS });
  try {
    await benchExport(stage, row);
    await benchPush(stage, row);
  } finally {
    await stage.stop();
  }
}

async function benchExport(stage: FiguresStage, row: Row): Promise<void> {
  const ours = stage.showtime(["assets", "export", "qa"]);
  const peer = Deno.env.get("SHOWTIME_BENCH_SUPERSET_CLI");
  const login = ["-u", "admin", "-p", "admin"];
  const pairs: { readonly ours: Counted; readonly peer: Counted | undefined }[] = [];
  for (let index = 0; index < PAIRS; index++) {
    const folder = `${stage.folder}/peer`;
    await Deno.remove(`${stage.folder}/assets`, { recursive: true }).catch(() => undefined);
    await Deno.remove(folder, { recursive: true }).catch(() => undefined);
    await Deno.mkdir(folder);
    pairs.push({
      ours: await count(stage, ours),
      peer: peer === undefined || peer === ""
        ? undefined
        : await count(stage, [peer, ...login, stage.proxy.url, "export-assets", folder, "--overwrite"]),
    });
  }
  const medianMs = median(pairs.map((pair) => pair.ours.ms));
  row({
    name: "assets export: 500 assets, 50 ms a request",
    value: `${pairs[0]?.ours.requests} requests`,
    budget: "budget 16",
  });
  row({ name: `  whole process, median of ${PAIRS}`, value: formatSeconds(medianMs) });
  const peers = pairs.flatMap((pair) =>
    pair.peer === undefined ? [] : [{ ours: pair.ours, peer: pair.peer }]
  );
  const name = "  superset-cli export-assets, in turn";
  if (peers.length === 0) {
    row({ name, value: "not measured", budget: "SHOWTIME_BENCH_SUPERSET_CLI names no program" });
  } else {
    const seconds = formatSeconds(median(peers.map((pair) => pair.peer.ms)));
    row({ name, value: `${seconds}, ${peers[0]?.peer.requests} requests` });
    const ratio = median(peers.map((pair) => pair.peer.ms / pair.ours.ms));
    row({
      name: "  superset-cli takes",
      value: `${ratio.toFixed(1)} times as long`,
      budget: "at least 5 times",
    });
  }
  const memory = Math.max(...pairs.map((pair) => pair.ours.megabytes ?? NaN));
  row({ name: "  memory at most", value: Number.isNaN(memory) ? "not measured" : `${memory.toFixed(0)} MB` });
  const [load = 0] = Deno.loadavg();
  row({
    name: "  load of the machine meanwhile",
    value: `${load.toFixed(1)} on ${navigator.hardwareConcurrency} processors`,
  });
}

async function benchPush(stage: FiguresStage, row: Row): Promise<void> {
  const push = stage.showtime(["assets", "push", "qa", "--yes"]);
  await stage.empty();
  for (
    const [name, budget] of [
      ["assets push: all 500 new, verified", "budget 75"],
      ["assets push with nothing to do", "budget 30, 0"],
    ] as const
  ) {
    const { requests, writes, ms } = await count(stage, push);
    row({ name, value: `${requests} requests, ${writes} writes`, budget });
    row({ name: "  whole process", value: formatSeconds(ms) });
  }
}

async function count({ proxy, measure }: FiguresStage, command: readonly string[]): Promise<Counted> {
  proxy.clear();
  const measured = await measure(command);
  return { ...measured, requests: proxy.log.length, writes: proxy.log.filter(isWrite).length };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
