/** The longest time between two runs of a scheduled workflow, from its cron expressions. */

const MINUTES_A_DAY = 24 * 60;
/** Every day of a year is looked at, and the first of the next one. */
const DAYS = 367;
/** A year without 29 February, from a Sunday on. Which year it is changes no gap by more than a day. */
const START = Date.UTC(2023, 0, 1);
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

interface Cron {
  /** Minutes of the day. */
  readonly times: readonly number[];
  readonly fitsDay: (day: Date) => boolean;
}

/** Finds the cron expressions below `schedule:` in the text of a workflow. */
export function findCrons(workflow: string): readonly string[] {
  return [...workflow.matchAll(/^\s*-\s*cron:\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))/gm)].map(
    ([, double, single, plain]) => (double ?? single ?? plain ?? "").trim(),
  );
}

/**
 * Returns the longest gap in milliseconds between two times that any of the expressions names; undefined if they name
 * fewer than two, or if one of them is not understood.
 */
export function longestGapMs(expressions: readonly string[]): number | undefined {
  const crons = expressions.map(parseCron);
  if (crons.length === 0 || crons.some((each) => each === undefined)) return undefined;
  let last: number | undefined;
  let gap = 0;
  for (let day = 0; day < DAYS; day++) {
    const date = new Date(START + day * MINUTES_A_DAY * 60_000);
    const times = new Set(crons.flatMap((each) => each?.fitsDay(date) === true ? each.times : []));
    for (const time of [...times].sort((a, b) => a - b)) {
      const at = day * MINUTES_A_DAY + time;
      if (last !== undefined) gap = Math.max(gap, at - last);
      last = at;
    }
  }
  return gap === 0 ? undefined : gap * 60_000;
}

function parseCron(expression: string): Cron | undefined {
  const [minute, hour, day, month, weekday, ...more] = expression.split(/\s+/);
  const minutes = parseField(minute, { from: 0, to: 59 });
  const hours = parseField(hour, { from: 0, to: 23 });
  const days = parseField(day, { from: 1, to: 31 });
  const months = parseField(month, { from: 1, to: 12, names: MONTHS });
  const weekdays = parseField(weekday, { from: 0, to: 6, names: WEEKDAYS });
  if (more.length > 0 || !minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    times: hours.flatMap((each) => minutes.map((one) => each * 60 + one)),
    fitsDay(date) {
      if (!months.includes(date.getUTCMonth() + 1)) return false;
      const [byDay, byWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
      // Of two limits either one is enough, as in cron.
      const both = day?.startsWith("*") !== true && weekday?.startsWith("*") !== true;
      return both ? byDay || byWeekday : byDay && byWeekday;
    },
  };
}

/** Parses `*`, `5`, `1-5`, a step such as `1-59/15`, and lists of them; undefined for anything else. */
function parseField(
  field: string | undefined,
  { from, to, names = [] }: {
    readonly from: number;
    readonly to: number;
    readonly names?: readonly string[];
  },
): readonly number[] | undefined {
  const values: number[] = [];
  for (const part of (field ?? "").split(",")) {
    const [, range = "", step = "1"] = /^([^/]+)(?:\/([1-9]\d?))?$/.exec(part) ?? [];
    const [first, last] = range === "*" ? [from, to] : range.split("-").map((word) => {
      const named = names.indexOf(word.toUpperCase());
      return named >= 0 ? named + from : /^\d{1,2}$/.test(word) ? Number(word) : NaN;
    });
    const end = last ?? (part.includes("/") ? to : first);
    if (first === undefined || end === undefined || !(first >= from && end <= to && first <= end)) {
      return undefined;
    }
    for (let value = first; value <= end; value += Number(step)) values.push(value);
  }
  return values;
}
