/** The driver of Apache Superset. */

export { makeSuperset, type SupersetOptions } from "./superset.ts";
export { readZip, writeZip } from "./zip.ts";
