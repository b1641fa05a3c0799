/** The same bare files as bass was given (tests/fixtures/bass), run on real processes: results and spans are compared. */

import assert from "node:assert/strict";
import { parsePipeline } from "../../../src/config/pipelines/mod.ts";
import { openLauncher } from "../../../src/drivers/launcher/mod.ts";
import { makeTelemetry } from "../../../src/drivers/otlp/mod.ts";
import { makeClock, makeWorkspace } from "../../../src/drivers/system/mod.ts";
import { runPipeline } from "../../../src/pipelines/app/run_pipeline.ts";
import { exitCodeOf } from "../../../src/pipelines/core/exit_code.ts";
import { type BuildTrace, planTelemetry } from "../../../src/pipelines/core/trace/mod.ts";
import { parseVariableFile } from "../../../src/pipelines/core/variable_file.ts";
import answers from "../../fixtures/bass/answers.json" with { type: "json" };
import cases from "../../fixtures/bass/cases.json" with { type: "json" };
import type { BassAnswer, BassCase, ProgramRun } from "../../worlds/bass/cases.ts";
import { makeProgramsPlace } from "../../worlds/bass/programs.ts";
import { spanTrees } from "../../worlds/bass/span_trees.ts";
import { startCollector } from "../../worlds/otlp/collector.ts";

const ROOT = new URL("../../../", import.meta.url).pathname.replace(/\/$/, "");
const NEVER = new AbortController().signal;
const BASS = answers as Readonly<Record<string, BassAnswer>>;

/** A file with problems is not run. */
const BAD_FILE = 1;

interface Ours {
  readonly answer: BassAnswer;
  readonly warned: boolean;
}

/** Runs the pipeline of a case, and answers in the form of bass's answer. */
async function run(each: BassCase): Promise<Ours> {
  const { pipeline, warnings } = await parsePipeline({
    path: "pipeline.json",
    text: JSON.stringify(each.pipeline),
  });
  if (pipeline === undefined) return { answer: { exit_code: BAD_FILE, ran: [], spans: [] }, warned: false };
  await using place = await makeProgramsPlace();
  await using collector = startCollector();
  const trace: BuildTrace = {
    traceId: "a".repeat(32),
    rootSpanId: "b".repeat(16),
    rootParentId: undefined,
    root: each.generate_root === true ? "pipeline" : undefined,
  };
  const plan = planTelemetry({
    flags: {
      tracesEndpoint: `${collector.url}/v1/traces`,
      logsEndpoint: `${collector.url}/v1/logs`,
      serviceName: undefined,
    },
    env: () => undefined,
    pipeline: pipeline.root.name,
  });
  const telemetry = makeTelemetry({ plan, trace });
  assert.ok(telemetry);
  const env = { ...place.env, ...each.env };
  await using workspace = await makeWorkspace(place.root);
  await using launcher = openLauncher({
    graceMs: 1_000,
    env: { PATH: `${ROOT}:${env.PATH}` },
    warn: assert.fail,
  });
  const ports = { programs: launcher.programs, workspace, clock: makeClock(), outputs: undefined, newSpanId };
  const result = await runPipeline(ports, {
    pipeline,
    traceId: trace.traceId,
    changeset: each.changeset,
    only: undefined,
    maxParallel: undefined,
    env,
    secrets: new Map(),
    observe: telemetry.observe,
  }, NEVER);
  assert.equal(await telemetry.finish(60_000, NEVER), undefined);
  const survivors = await place.endSurvivors();
  const { ran = [], ...naps } = await place.ran();
  const { spans, orphans } = spanTrees(collector.spans(), trace.rootSpanId);
  return {
    answer: {
      exit_code: exitCodeOf(pipeline.format, result.status),
      ran: each.any_order === true ? sorted(ran) : ran,
      ...naps,
      ...survivors === 0 ? {} : { survivors },
      spans,
      ...orphans.length === 0 ? {} : { orphans },
    },
    warned: result.warnings.length + warnings.length > 0,
  };
}

function newSpanId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}

function sorted(programs: readonly ProgramRun[]): readonly ProgramRun[] {
  return programs.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

/** Returns the parts of an answer that both programs must agree on. An expected answer may leave out what it is not about. */
function comparable(answer: BassAnswer, each: BassCase): BassAnswer {
  const { error: _error, logs: _logs, ran = [], ...rest } = answer;
  return { ...rest, ran: each.any_order === true ? sorted(ran) : ran };
}

for (const each of cases as readonly BassCase[]) {
  const bass = BASS[each.name];
  const title = `${each.acceptance}, ${each.name}: ${
    each.expected === undefined ? "as bass does" : "other than bass"
  }`;
  if (each.env_file !== undefined) {
    Deno.test(title, () => {
      const { values, problems } = parseVariableFile(each.env_file ?? "");

      assert.deepEqual(problems, []);
      assert.deepEqual(Object.fromEntries(values), each.expected?.env);
    });
    continue;
  }
  Deno.test(title, async () => {
    const expected = each.expected ?? bass;
    assert.ok(expected);
    // A wrong answer of bass is not the expected one: the case would hold nothing otherwise.
    if (each.expected !== undefined) {
      assert.notDeepEqual(comparable(bass ?? expected, each), comparable(expected, each));
    }

    const { answer, warned } = await run(each);

    const { naps_at_once, naps_finished, ...rest } = answer;
    const { naps_at_once: mostNaps = naps_at_once, naps_finished: ended = naps_finished, ...others } =
      comparable(
        expected,
        each,
      );
    assert.deepEqual(rest, others);
    assert.deepEqual([naps_at_once, naps_finished], [mostNaps, ended]);
    if (each.warns === true) assert.ok(warned);
  });
}
