/**
 * The page of a large build in Chromium: 5,000 steps and 10 MB of output. The server is a process of its own; the
 * browser says itself when it painted first and how long its longest task was while the page scrolled.
 */

import type { Page } from "playwright-core";
import { ask, makeServerPlace, type RunningServe, trigger } from "../tests/worlds/builds/server_place.ts";
import { lookAt } from "../tests/worlds/chromium.ts";
import { part } from "../tests/worlds/require.ts";

const GROUPS = 50;
const STEPS = 100;
const LINES = 20;
const LINE = "x".repeat(90);
/** The number of lines of one step that prints as much as all others. */
const MANY_LINES = 100_000;

/** Prints one line of the report: what, the figure, the budget. */
type Row = (line: { readonly name: string; readonly value: string; readonly budget?: string }) => void;

/** Measures the page. */
export async function benchPages(row: Row): Promise<void> {
  const { missing } = await part("chromium");
  if (missing !== undefined) return row({ name: "page of a build", value: "not measured", budget: missing });
  await using place = await makeServerPlace({ web: { exec: ["true"] } });
  const serve = await place.serve();
  const send = await claim(serve);
  for (const events of manySteps()) await send("events", { events });
  await lookAt(`${serve.url}/builds/1`, {}, {
    use: async (page) => {
      row({
        name: "a running build of 5,000 steps and 10 MB: first content",
        value: await paint(page),
        budget: "1 s",
      });
      row({ name: "  all of its rows", value: await loaded(page), budget: "" });
      row({ name: "  longest task while it loads", value: await longest(page, async () => {}) });
      await show(page, row);
      const grow = async () => {
        for (let turn = 0; turn < 10; turn++) {
          await send("events", { events: group(100 + turn).flatMap((each) => each) });
          await page.locator(`#row-${idOf(100 + turn, STEPS)}`).waitFor();
        }
      };
      row({
        name: "  longest task while 1,000 more steps arrive",
        value: await longest(page, grow),
        budget: "100 ms",
      });
    },
  });
  await send("finish", { outcome: "passed", exit_code: 0 });
  const print = await claim(serve);
  const step = stepOf(1, 1);
  await print("events", { events: [{ kind: "step_started", step, at: 1 }] });
  for (let sent = 0; sent < MANY_LINES; sent += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, at) => `${sent + at} ${LINE}`);
    await print("events", { events: [{ kind: "step_output", step, stream: "stdout", lines, at: 1 }] });
  }
  await print("finish", { outcome: "passed", exit_code: 0 });
  await lookAt(`${serve.url}/builds/2`, {}, {
    use: async (page) => {
      row({
        name: "a build of one step that printed 10 MB: first content",
        value: await paint(page),
        budget: "1 s",
      });
      const scroll = () => wheel(page, ".lines");
      row({
        name: "  longest task while its output scrolls",
        value: await longest(page, scroll),
        budget: "100 ms",
      });
      const open = async () => {
        await page.click("a:text-is('First lines')");
        await page.locator("#L1").waitFor();
      };
      row({
        name: "  longest task while another part opens",
        value: await longest(page, open),
        budget: "100 ms",
      });
    },
  });
}

async function show(page: Page, row: Row): Promise<void> {
  const count = await page.locator("#steps .step").count();
  const scroll = () => wheel(page, "#steps");
  row({
    name: `  longest task while its ${count} rows scroll`,
    value: await longest(page, scroll),
    budget: "100 ms",
  });
  const open = async () => {
    await page.locator(`#row-${idOf(1, 2)} a`).click();
    await page.locator("#L20").waitFor();
  };
  row({ name: "  longest task while output opens", value: await longest(page, open), budget: "100 ms" });
}

/** Turns the mouse's wheel over an element, from its start to its end and back. */
async function wheel(page: Page, over: string): Promise<void> {
  await page.locator(over).hover({ position: { x: 200, y: 60 } });
  const place = `scrollY + document.querySelector(${JSON.stringify(over)}).scrollTop`;
  for (const step of [2500, -2500]) {
    for (let turn = 0; turn < 80; turn++) await page.mouse.wheel(0, step);
    const at = Number(await page.evaluate(place));
    if (step > 0 && at < 10_000) throw new Error(`Scrolling ${over}: it is at ${at}`);
  }
}

/** The time from the request to the first content on the screen, as the browser has it. */
async function paint(page: Page): Promise<string> {
  const at = await page.evaluate(
    `new Promise((resolve) => new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") resolve(startTime);
    }).observe({ type: "paint", buffered: true }))`,
  );
  return `${Math.round(Number(at))} ms`;
}

/** The time from the request until the whole page is there. */
async function loaded(page: Page): Promise<string> {
  const at = await page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd");
  return `${Math.round(Number(at))} ms`;
}

/** The longest task of the browser during an action. Tasks of up to 50 ms are not counted by browsers. */
async function longest(page: Page, act: () => Promise<void>): Promise<string> {
  await page.evaluate(`globalThis.longest = 0;
    globalThis.watching = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    });
    globalThis.watching.observe({ type: "longtask", buffered: globalThis.seen === undefined });
    globalThis.seen = true;`);
  await act();
  // Two frames later the work that the action has caused is done and counted.
  await page.evaluate(
    "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 100))))",
  );
  const found = Number(await page.evaluate("globalThis.watching.disconnect(), globalThis.longest"));
  return found === 0 ? "at most 50 ms" : `${Math.round(found)} ms`;
}

/** Queues a build and takes it as a worker would. Returns how to write to it. */
async function claim(serve: RunningServe) {
  await trigger(serve, "web");
  const { body: { build } } = await ask(serve, "POST /api/v1/claim", { body: { worker: "bench", tags: [] } });
  const heartbeat = () => void ask(serve, `POST /api/v1/builds/${build}/heartbeat`, { body: { attempt: 1 } });
  const renewing = setInterval(heartbeat, 5000);
  return async (what: "events" | "finish", body: object) => {
    if (what === "finish") clearInterval(renewing);
    const { status } = await ask(serve, `POST /api/v1/builds/${build}/${what}`, {
      body: { attempt: 1, ...body },
    });
    if (status !== 200) throw new Error(`Writing ${what}: the server answered ${status}`);
  };
}

function idOf(group: number, step: number): string {
  return `${group}`.padStart(8, "0") + `${step}`.padStart(8, "0");
}

function stepOf(group: number, step: number) {
  const parentId = step > 0 ? idOf(group, 0) : group > 0 ? idOf(0, 0) : undefined;
  const name = `step-${group}-${step}`;
  return {
    id: idOf(group, step),
    name,
    path: `web/${name}`,
    kind: "run",
    ...(parentId === undefined ? {} : { parentId }),
  };
}

/** The events of a group of steps: each prints and passes. */
function group(number: number) {
  const events: object[] = [{ kind: "step_started", step: stepOf(number, 0), at: number * 1000 }];
  for (let at = 1; at <= STEPS; at++) {
    const step = stepOf(number, at);
    const startedAt = number * 1000 + at * 9;
    const lines = Array.from({ length: LINES }, (_, line) => `\x1b[32m${line}\x1b[0m ${LINE}`);
    const result = {
      ...step,
      status: "passed",
      exitCode: 0,
      startedAt,
      durationMs: 9,
      log: lines,
      steps: [],
    };
    events.push(
      { kind: "step_started", step, at: startedAt },
      { kind: "step_output", step, stream: "stdout", lines, at: startedAt },
      { kind: "step_ended", step, at: startedAt + 9, result },
    );
  }
  return events;
}

function manySteps(): readonly (readonly object[])[] {
  return [
    [{ kind: "step_started", step: stepOf(0, 0), at: 0 }],
    ...Array.from({ length: GROUPS }, (_, at) => group(at + 1)),
  ];
}
