import { notFound } from "../api_error.ts";
import {
  attachNames,
  define,
  detach,
  detachName,
  findDefinition,
  labelsOf,
  redefine,
  replace,
  undefine,
} from "../state/labels.ts";
import type { Definition, Pull } from "../state/records.ts";
import { ApiError } from "../api_error.ts";
import type { Answer, Call } from "./call.ts";
import {
  bodyObject,
  created,
  NO_CONTENT,
  numberParam,
  ok,
  optionalText,
  paged,
  requiredText,
  textParam,
} from "./call.ts";
import { labelBody } from "./issue_body.ts";
import type { Routes } from "./routes.ts";

const LABEL = { resource: "Label" };

function definitionOf(call: Call): Definition {
  const definition = findDefinition(call.world, textParam(call, "name"));
  if (definition === undefined) throw notFound();
  return definition;
}

function pullOf(call: Call): Pull {
  return call.world.pull(numberParam(call, "number"));
}

function bodies(call: Call, pull: Pull): unknown[] {
  return labelsOf(call.world, pull).map((label) => labelBody(call.urls, label));
}

/**
 * Reads the names of labels in a body. The body is `{labels: […]}` or a list, and each item is a name or an
 * object with a name.
 */
function names(call: Call): readonly string[] {
  const list = Array.isArray(call.body) ? call.body : bodyObject(call)["labels"];
  if (list === undefined) return [];
  const read = (item: unknown): string => {
    if (typeof item === "string") return item;
    const name = typeof item === "object" && item !== null ? Reflect.get(item, "name") : undefined;
    if (typeof name === "string") return name;
    throw new ApiError("unprocessable", 'Invalid request. No subschema in "oneOf" matched.');
  };
  if (!Array.isArray(list)) {
    throw new ApiError("unprocessable", "Invalid request. For 'properties/labels', it is not an array.");
  }
  return list.map(read);
}

function createDefinition(call: Call): Answer {
  call.world.people.require(call.actor, "write");
  const body = bodyObject(call);
  const input = {
    name: requiredText(body, "name", LABEL),
    color: optionalText(body, "color"),
    description: optionalText(body, "description"),
  };
  return created(labelBody(call.urls, define(call.world, input, { duplicate: call.duplicate })));
}

function updateDefinition(call: Call): Answer {
  call.world.people.require(call.actor, "write");
  const definition = definitionOf(call);
  const body = bodyObject(call);
  const next = redefine(call.world, definition, {
    input: {
      name: optionalText(body, "new_name"),
      color: optionalText(body, "color"),
      description: body["description"] === null ? null : optionalText(body, "description"),
    },
  });
  return ok(labelBody(call.urls, next));
}

function deleteDefinition(call: Call): Answer {
  call.world.people.require(call.actor, "write");
  undefine(call.world, definitionOf(call));
  return NO_CONTENT;
}

function addLabels(call: Call): Answer {
  const actor = call.world.people.require(call.actor, "triage");
  return ok(bodies(call, attachNames(call.world, pullOf(call), { names: names(call), actor })));
}

function setLabels(call: Call): Answer {
  const actor = call.world.people.require(call.actor, "triage");
  return ok(bodies(call, replace(call.world, pullOf(call), { names: names(call), actor })));
}

function removeLabel(call: Call): Answer {
  const actor = call.world.people.require(call.actor, "triage");
  return ok(bodies(call, detachName(call.world, pullOf(call), { name: textParam(call, "name"), actor })));
}

function removeAllLabels(call: Call): Answer {
  const actor = call.world.people.require(call.actor, "triage");
  const pull = pullOf(call);
  detach(call.world, pull, { definitions: labelsOf(call.world, pull), actor });
  return NO_CONTENT;
}

export const LABEL_ROUTES: Routes = {
  "GET /labels": (call) =>
    paged(call, call.world.definitions.values(), { render: (label) => labelBody(call.urls, label) }),
  "POST /labels": createDefinition,
  "GET /labels/:name": (call) => ok(labelBody(call.urls, definitionOf(call))),
  "PATCH /labels/:name": updateDefinition,
  "DELETE /labels/:name": deleteDefinition,
  "GET /issues/:number/labels": (call) =>
    paged(call, labelsOf(call.world, pullOf(call)), { render: (label) => labelBody(call.urls, label) }),
  "POST /issues/:number/labels": addLabels,
  "PUT /issues/:number/labels": setLabels,
  "DELETE /issues/:number/labels": removeAllLabels,
  "DELETE /issues/:number/labels/:name": removeLabel,
};
