import assert from "node:assert/strict";
import { serveSimulator } from "../../../src/simulators/github/mod.ts";
import { makeSupersetSimulator, parseSeed } from "../../../src/simulators/superset/mod.ts";
import { formatJson, parseJson } from "../../../src/assets/core/tree.ts";
import { part } from "../../worlds/require.ts";
import { fill, type SupersetClient } from "../../worlds/superset/fill.ts";
import { startSuperset } from "../../worlds/superset/real_superset.ts";
import { serverOf } from "../../worlds/superset/tools.ts";
import { contractFiles, runContract } from "./superset_contract.ts";

const superset = await part("superset");

for (const version of ["6.1", "6.0"] as const) {
  Deno.test(`the simulator keeps the contract as Superset ${version}`, async (test) => {
    const files = contractFiles("/tmp/warehouse.db");
    const seed = parseSeed({
      profile: version,
      page_cap: 20,
      users: [{ username: "alpha", password: "alpha", role: "Alpha" }, {
        username: "gamma",
        password: "gamma",
        role: "Gamma",
      }],
      files: parseJson(formatJson(Object.fromEntries(files))),
    });
    let simulator = makeSupersetSimulator(seed);
    const served = serveSimulator({ handle: (request) => simulator.handle(request) }, { port: 0 });
    try {
      await runContract(test, {
        version,
        url: served.url,
        files,
        admin: () => serverOf(served.url),
        restore() {
          simulator = makeSupersetSimulator(seed);
          return Promise.resolve();
        },
      });
    } finally {
      await served.stop();
    }
  });

  superset.test(`Superset ${version} keeps the contract, with 20 rows a page`, async (test) => {
    const real = await startSuperset({ version, config: ["FAB_API_MAX_PAGE_SIZE = 20"] });
    try {
      const files = contractFiles(real.warehouse);
      const client = await fill(real.url, files);
      for (const role of ["Alpha", "Gamma"]) await addUser(client, role);
      await real.save("filled");
      const admin = serverOf(real.url);
      await runContract(test, {
        version,
        url: real.url,
        files,
        admin: () => admin,
        restore: () => real.restore("filled"),
      });
    } finally {
      await real.stop();
    }
  });
}

/** Makes an account with a role; name and password are the role's name. */
async function addUser(client: SupersetClient, role: string): Promise<void> {
  const { body } = await client.send("GET", "/api/v1/security/roles/");
  const { result } = body as { result: readonly { id: number; name: string }[] };
  const name = role.toLowerCase();
  const { status } = await client.send("POST", "/api/v1/security/users/", {
    username: name,
    password: name,
    first_name: name,
    last_name: "user",
    email: `${name}@example.org`,
    active: true,
    roles: [result.find((each) => each.name === role)?.id],
  });
  assert.equal(status, 201);
}
