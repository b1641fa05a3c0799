import assert from "node:assert/strict";
import { parseImageReference, splitImage } from "../../../src/lib/image/image_reference.ts";

Deno.test("parseImageReference() separates registry, path and tag", () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ["app", "docker.io library/app latest"],
    ["apache/superset:pr-1-abcdef0-ci", "docker.io apache/superset pr-1-abcdef0-ci"],
    ["docker.io/apache/superset", "docker.io apache/superset latest"],
    ["index.docker.io/app:1", "docker.io library/app 1"],
    ["localhost/app", "localhost app latest"],
    ["localhost:5000/team/app:v1", "localhost:5000 team/app v1"],
    [
      "123.dkr.ecr.us-west-2.amazonaws.com/superset-ci:x",
      "123.dkr.ecr.us-west-2.amazonaws.com superset-ci x",
    ],
    ["ghcr.io/a/b/c_d.e-f:T_1.2-3", "ghcr.io a/b/c_d.e-f T_1.2-3"],
    ["", undefined],
    ["UPPER/case", undefined],
    ["app:", undefined],
    ["app:-x", undefined],
    ["a b", undefined],
    ["app@sha256:0000", undefined],
    ["--privileged", undefined],
    ["../x", undefined],
  ];

  for (const [image, expected] of table) {
    const read = parseImageReference(image);
    assert.equal(read === undefined ? undefined : `${read.host} ${read.path} ${read.tag}`, expected, image);
  }
});

Deno.test("splitImage() does not read a port as a tag", () => {
  assert.deepEqual(splitImage("localhost:5000/app"), { repository: "localhost:5000/app", tag: undefined });
  assert.deepEqual(splitImage("localhost:5000/app:v1"), { repository: "localhost:5000/app", tag: "v1" });
});
