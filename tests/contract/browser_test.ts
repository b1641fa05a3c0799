/** The person's browser, played by programs that note what they are given. */

import assert from "node:assert/strict";
import { makeBrowser } from "../../src/drivers/browser/mod.ts";

const URL_ = "http://10.0.0.1:8080";

interface Machine {
  readonly folder: string;
  /** Writes a program that notes its arguments and variables. */
  program(name: string, then?: string): Promise<string>;
  notes(): Promise<readonly string[]>;
}

async function onMachine(act: (machine: Machine) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-browser-" });
  try {
    await act({
      folder,
      async program(name, then = "exit 0") {
        const path = `${folder}/${name}`;
        const script =
          `#!/bin/sh\necho "${name} $* token=$GITHUB_TOKEN display=$DISPLAY" >> ${folder}/notes\n${then}\n`;
        await Deno.writeTextFile(path, script, { mode: 0o755 });
        return path;
      },
      async notes() {
        const text = await Deno.readTextFile(`${folder}/notes`).catch(() => "");
        return text.split("\n").filter((line) => line !== "");
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function browserOf({ folder }: Machine, variables: Readonly<Record<string, string>>, patienceMs = 5_000) {
  const all: Readonly<Record<string, string>> = {
    PATH: `${folder}:/usr/bin:/bin`,
    DISPLAY: ":7",
    GITHUB_TOKEN: "secret",
    ...variables,
  };
  return makeBrowser({ variable: (name) => all[name], os: "linux", patienceMs });
}

Deno.test("open() starts what BROWSER names, with the address and without a token", async () => {
  await onMachine(async (machine) => {
    const path = await machine.program("firefox");

    assert.equal(await browserOf(machine, { BROWSER: path }).open(URL_), true);
    assert.deepEqual(await machine.notes(), [`firefox ${URL_} token= display=:7`]);
  });
});

Deno.test("open() reads arguments, %s and several programs in BROWSER, and goes on if one fails", async () => {
  await onMachine(async (machine) => {
    const broken = await machine.program("broken", "exit 1");
    const good = await machine.program("good");
    const browser = browserOf(machine, {
      BROWSER: `/no/such/program:${broken} --new:${good} --url=%s --quiet`,
    });

    assert.equal(await browser.open(URL_), true);
    assert.deepEqual(await machine.notes(), [
      `broken --new ${URL_} token= display=:7`,
      `good --url=${URL_} --quiet token= display=:7`,
    ]);
  });
});

Deno.test("open() falls back to the system's opener, and returns false without any", async () => {
  await onMachine(async (machine) => {
    const opener = await machine.program("xdg-open");
    const fails = await machine.program("fails", "exit 3");
    const options = (program: string) => ({
      variable: (name: string) => name === "BROWSER" ? program : undefined,
      os: "linux",
    });

    assert.equal(await makeBrowser(options(`${fails}:${opener}`)).open(URL_), true);
    assert.equal(await makeBrowser({ ...options(fails), os: "windows" }).open(URL_), false);
    assert.deepEqual((await machine.notes()).map((line) => line.split(" ")[0]), [
      "fails",
      "xdg-open",
      "fails",
    ]);
  });
});

Deno.test({
  name: "open() waits for no browser that stays open, and passes on nothing but web addresses",
  // The process does not wait for its browser, so the test may end before the system has told of its death.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await onMachine(async (machine) => {
      // A test that waits for its end does not end itself.
      const path = await machine.program("stays", `echo $$ > ${machine.folder}/pid\nexec sleep 3000`);
      const browser = browserOf(machine, { BROWSER: path }, 200);

      assert.equal(await browser.open(URL_), true);
      for (const url of ["file:///etc/passwd", "--version", "javascript:1", "http://a b", "http://a\n"]) {
        assert.equal(await browser.open(url), false, url);
      }
      // The program writes its note when the machine lets it.
      const readPid = () => Deno.readTextFile(`${machine.folder}/pid`).catch(() => "");
      for (let looks = 0; looks < 200 && !(await readPid()).endsWith("\n"); looks++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      Deno.kill(Number(await readPid()), "SIGKILL");
      assert.equal((await machine.notes()).length, 1);
    });
  },
});
