import type { Label } from "./label.ts";
import { SIGNS, TENT } from "./signs.ts";

/** The labels whose names never change. Their definitions are created once for a repository. */
export const FIXED_LABELS: readonly Label[] = [
  { kind: "trigger", trigger: "start" },
  { kind: "trigger", trigger: "stop" },
  { kind: "trigger", trigger: "sync" },
  { kind: "trigger", trigger: "sleep" },
  { kind: "freeze" },
  { kind: "blocked" },
  { kind: "marker" },
];

/** A row of the label reference. */
export interface LabelReferenceRow {
  /** The name; `<…>` stands for a value. */
  readonly name: string;
  readonly meaning: string;
  readonly setBy: "person" | "showtime";
}

/** Every label of the language: first those that a person adds, then those that Showtime writes. */
export const LABEL_REFERENCE: readonly LabelReferenceRow[] = [
  {
    name: `${TENT} ${SIGNS.start} showtime-trigger-start`,
    meaning: "create the environment for the head commit; rebuild it where that commit already runs",
    setBy: "person",
  },
  {
    name: `${TENT} ${SIGNS.stop} showtime-trigger-stop`,
    meaning: `remove every environment of the pull request and every label of Showtime but ${SIGNS.blocked}`,
    setBy: "person",
  },
  {
    name: `${TENT} ${SIGNS.sync} showtime-trigger-sync`,
    meaning: "bring the environment to the head commit now; create one if it is missing",
    setBy: "person",
  },
  {
    name: `${TENT} ${SIGNS.sleep} showtime-sleep`,
    meaning: "put the environment to sleep; a start or sync wakes it as it was, without a build",
    setBy: "person",
  },
  {
    name: `${TENT} ${SIGNS.freeze} showtime-freeze`,
    meaning: "stays: pushes do not update the environment; an explicit start or sync still does",
    setBy: "person",
  },
  {
    name: `${TENT} ${SIGNS.blocked} showtime-blocked`,
    meaning: "stays: nothing is built or deployed; stop, close and expiry still clean up",
    setBy: "person",
  },
  {
    name: `${TENT} conf-enable-<FLAG>`,
    meaning: "stays: turns a feature flag on in the environment",
    setBy: "person",
  },
  {
    name: `${TENT} conf-disable-<FLAG>`,
    meaning: "stays: turns a feature flag off in the environment; wins over enable",
    setBy: "person",
  },
  {
    name: `${TENT} ${SIGNS.ttl} <ttl>`,
    meaning: "stays: time-to-live of this pull request's environments: 90m, 24h, 7d, 2w or close",
    setBy: "person",
  },
  {
    name: `${TENT} <sha> ${SIGNS.status} <status>`,
    meaning: "status: building, built, deploying, running, asleep, updating, failed or stopping",
    setBy: "showtime",
  },
  {
    name: `${TENT} ${SIGNS.active} <sha>`,
    meaning: "the environment that people are sent to",
    setBy: "showtime",
  },
  {
    name: `${TENT} ${SIGNS.preparing} <sha>`,
    meaning: "the environment that is being prepared",
    setBy: "showtime",
  },
  {
    name: `${TENT} <sha> ${SIGNS.created} <time>`,
    meaning: "when it was created, in UTC",
    setBy: "showtime",
  },
  { name: `${TENT} <sha> ${SIGNS.address} <host:port>`, meaning: "where it is reached", setBy: "showtime" },
  {
    name: `${TENT} <sha> ${SIGNS.ttl} <ttl>`,
    meaning: "the time-to-live that applies to it",
    setBy: "showtime",
  },
  { name: `${TENT} <sha> ${SIGNS.requester} <login>`, meaning: "who asked for it", setBy: "showtime" },
  {
    name: `${TENT} <sha> ${SIGNS.serves} <head>`,
    meaning: "it serves the newest commit too: no file of build.paths changed",
    setBy: "showtime",
  },
  { name: `${TENT} showtime`, meaning: "this pull request has environments", setBy: "showtime" },
  {
    name: `${TENT} lock pr-<n>`,
    meaning: "a definition, never on a pull request: a run is changing that pull request",
    setBy: "showtime",
  },
  {
    name: `${TENT} lock limits`,
    meaning: "a definition, never on a pull request: a run is counting environments for the limits",
    setBy: "showtime",
  },
];
