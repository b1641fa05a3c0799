import assert from "node:assert/strict";
import { dockerConfigFolder } from "../../../src/wiring/images.ts";

Deno.test("dockerConfigFolder() is where the docker command looks, also on Windows", () => {
  const profile = { USERPROFILE: "C:\\Users\\ana" };

  assert.equal(dockerConfigFolder({ DOCKER_CONFIG: "/conf", HOME: "/home/ana" }), "/conf");
  assert.equal(dockerConfigFolder({ HOME: "/home/ana" }), "/home/ana/.docker");
  assert.equal(dockerConfigFolder(profile), "C:\\Users\\ana/.docker");
  assert.equal(dockerConfigFolder({ ...profile, HOME: "" }), "C:\\Users\\ana/.docker");
});
