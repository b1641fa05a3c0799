import type { Instance } from "../../../assets/app/assets_ports.ts";
import { applyPush } from "../../../assets/app/push/apply_push.ts";
import { type PushedAsset, settle } from "../../../assets/app/push/outcomes.ts";
import { type PreparedPush, preparePush } from "../../../assets/app/push/prepare_push.ts";
import { differencesOf } from "../../../assets/core/diff/differences.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import type { AssetsTools } from "../../wiring_types.ts";
import { assetsDocument } from "./document.ts";
import { readExpectation, readReviewPull, writeReview } from "./review.ts";
import {
  assetsTools,
  chooseInstance,
  countWords,
  mustAsk,
  readSelection,
  readSource,
  renderAssets,
  renderDifferences,
} from "./shared.ts";

/** Shows what a push would do. */
export async function runPlan(env: CommandEnv): Promise<ExitCode> {
  const pr = readReviewPull(env);
  const tools = await assetsTools(env, pr);
  const instance = chooseInstance(tools, env.args[0]);
  const prepared = await prepare(env, { tools, instance });
  if (pr !== undefined) await writeReview(env, { tools, instance, prepared, pr });
  if (env.flags.json) env.json(document(instance, { assets: prepared.plan.map(settle), prepared }));
  else showPlan(env, prepared);
  const code = planExitCode(prepared);
  if (code !== EXIT.done) return code;
  const differs = prepared.plan.some(({ action }) => action === "create" || action === "update");
  env.next(
    differs
      ? `"showtime assets push ${instance.settings.name}" does it`
      : `${instance.settings.name} is in step`,
  );
  return differs && env.values.flag("exit-code") ? EXIT.differences : EXIT.done;
}

/** Pushes the folder to an instance. */
export async function runPush(env: CommandEnv): Promise<ExitCode> {
  const tools = await assetsTools(env, readReviewPull(env));
  return await pushTo(env, { tools, instance: chooseInstance(tools, env.args[0]) });
}

/** The subject of a push. */
export interface PushSubject {
  readonly tools: AssetsTools;
  readonly instance: Instance;
  /** Flags that a command implies. */
  readonly implied?: { readonly adopt: true; readonly continueOnError: true };
}

/** Pushes the folder to an instance, and asks first unless `--yes` is given. */
export async function pushTo(env: CommandEnv, subject: PushSubject): Promise<ExitCode> {
  const { tools, instance, implied } = subject;
  const yes = mustAsk(env, `Pushing to ${instance.settings.name}`);
  const assertExpected = await readExpectation(env, { tools, instance });
  await using _lock = env.flags.dryRun ? undefined : await instance.store.lock();
  const prepared = await prepare(env, subject);
  if (!env.flags.json) showPlan(env, prepared);
  assertExpected(prepared);
  const code = planExitCode(prepared);
  if (code !== EXIT.done || env.flags.dryRun) {
    if (env.flags.json) env.json(document(instance, { assets: prepared.plan.map(settle), prepared }));
    return code;
  }
  const work = prepared.plan.filter(({ action }) => action === "create" || action === "update");
  if (
    work.length > 0 && !yes &&
    !await env.terminal.confirm(`Push ${work.length} assets to ${instance.settings.name}?`)
  ) {
    env.terminal.say("Nothing was pushed");
    return EXIT.done;
  }
  const result = await applyPush(instance, tools.ports, {
    prepared,
    options: {
      command: "push",
      continueOnError: implied !== undefined || env.values.flag("continue-on-error"),
      inActions: tools.inActions,
    },
  }, env.signal);
  env.terminal.progress(undefined);
  if (env.flags.json) env.json(document(instance, { ...result, prepared }));
  return report(env, { instance, assets: result.assets, run: result.run });
}

/** Says what became of a push. */
export function report(
  env: CommandEnv,
  { instance, assets, run }: {
    readonly instance: Instance;
    readonly assets: readonly PushedAsset[];
    readonly run: string | undefined;
  },
): ExitCode {
  const bad = assets.filter((each) =>
    ["failed", "not_applied"].includes(each.result) || each.result === "planned" ||
    each.result === "skipped" && each.reason === "dependency_failed"
  );
  if (!env.flags.json && bad.length > 0) {
    env.lines(
      renderAssets(
        env,
        bad.map(({ kind, name, result, message }) => ({ kind, name, what: result, message })),
      ),
    );
  }
  env.terminal.say(
    `${instance.settings.name}: ${countWords(assets.map(({ result }) => result)) || "nothing to push"}`,
  );
  if (bad.length === 0) {
    if (run !== undefined) env.next(`"showtime assets rollback ${instance.settings.name} ${run}" undoes it`);
    return EXIT.done;
  }
  env.next(
    `Correct the named assets and push again: what arrived is not sent twice` +
      (run === undefined
        ? ""
        : `. "showtime assets rollback ${instance.settings.name} ${run}" undoes the rest`),
  );
  return EXIT.failed;
}

async function prepare(env: CommandEnv, { tools, instance, implied }: PushSubject): Promise<PreparedPush> {
  const dir = env.values.text("dir") ?? tools.config.dir;
  const source = await readSource(tools, { dir, instance });
  const prepared = await preparePush(instance, tools.ports, {
    source,
    options: {
      force: env.values.flag("force"),
      adopt: implied !== undefined || env.values.flag("adopt"),
      selection: await readSelection(env, instance),
    },
  }, env.signal);
  env.terminal.progress(undefined);
  for (const sentence of prepared.warnings) env.terminal.warn(sentence);
  return prepared;
}

/** Shows what happens to each asset, and what differs in those that change. */
function showPlan(env: CommandEnv, { plan, observed, ours }: PreparedPush): void {
  const shown = plan.filter(({ action }) => action !== "unchanged");
  env.lines(renderAssets(env, shown.map((asset) => ({ ...asset, what: asset.action, message: why(asset) }))));
  const changing = new Set(plan.filter(({ fields }) => fields.length > 0).map(({ uuid }) => uuid));
  const differences = differencesOf(observed.assets, ours).filter(({ uuid }) => changing.has(uuid));
  env.lines(renderDifferences(env, differences));
  env.terminal.say(countWords(plan.map(({ action }) => action)) || "Nothing to push");
}

function why({ message, lost }: PreparedPush["plan"][number]): string | undefined {
  const losses = lost.length === 0 ? undefined : `deletes ${lost.join(", ")}`;
  return [message, losses].filter((each) => each !== undefined).join("; ") || undefined;
}

function planExitCode({ plan }: PreparedPush): ExitCode {
  return plan.some(({ action }) => action === "conflict") ? EXIT.refused : EXIT.done;
}

function document(
  instance: Instance,
  { assets, prepared, run }: {
    readonly assets: readonly PushedAsset[];
    readonly prepared: PreparedPush;
    readonly run?: string | undefined;
  },
): unknown {
  return assetsDocument(instance, {
    run,
    assets: assets.map((asset) => ({ ...asset, path: prepared.paths.get(asset.uuid) })),
    incomplete: prepared.observed.incomplete,
    more: { digest: prepared.digest },
  });
}
