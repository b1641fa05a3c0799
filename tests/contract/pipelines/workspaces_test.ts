import assert from "node:assert/strict";
import { dirname } from "node:path";
import { makeWorkspace } from "../../../src/drivers/system/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { MemoryWorkspace } from "../../worlds/pipelines/memory_workspace.ts";
import { testWorkspace, type WorkspaceOnTrial } from "./workspace_contract.ts";

testWorkspace("the memory of tests", () => {
  const workspace = new MemoryWorkspace();
  const at = (path: string) => `${workspace.root}/${path}`;
  return Promise.resolve({
    workspace,
    above: "/work",
    makeFolder: (path) => Promise.resolve(workspace.makeFolder(at(path))),
    makeFile: (path) => Promise.resolve(workspace.append(at(path), "")),
    makeLink: (path, target) => Promise.resolve(workspace.makeLink(at(path), target)),
    append: (path, text) => Promise.resolve(workspace.append(path, text)),
    read: (path) => Promise.resolve(workspace.read(path)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

testWorkspace("this machine", makeReal);

async function makeReal(): Promise<WorkspaceOnTrial> {
  const above = await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-workspace-" }));
  await Deno.mkdir(`${above}/root`);
  // The root is given by a link.
  await Deno.symlink("root", `${above}/link`);
  const workspace = await makeWorkspace(`${above}/link`);
  return {
    workspace,
    above,
    makeFolder: (path) => Deno.mkdir(`${workspace.root}/${path}`, { recursive: true }),
    makeFile: (path) => Deno.writeTextFile(`${workspace.root}/${path}`, ""),
    makeLink: (path, target) => Deno.symlink(target, `${workspace.root}/${path}`),
    append: (path, text) => Deno.writeTextFile(path, text, { append: true }),
    read: (path) => Deno.readTextFile(path),
    async [Symbol.asyncDispose]() {
      await workspace[Symbol.asyncDispose]();
      await Deno.remove(above, { recursive: true });
    },
  };
}

Deno.test("the folder of outputs is made when it is needed, private, and removed at the end", async () => {
  let folder;
  {
    await using trial = await makeReal();
    const path = trial.workspace.outputPath();
    folder = dirname(path);
    assert.equal(((await Deno.stat(folder)).mode ?? 0) & 0o077, 0);
    await trial.append(path, "left=behind\n");
  }
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
});

Deno.test("outputs that are a pipe, a folder or a link are refused and never waited for", async () => {
  await using trial = await makeReal();
  const { workspace } = trial;
  const refused = (error: unknown) => error instanceof AppError && error.code === "outputs_unreadable";
  const [pipe, folder, link] = [workspace.outputPath(), workspace.outputPath(), workspace.outputPath()];
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  await Deno.mkdir(folder);
  await Deno.symlink("/dev/zero", link);
  for (const path of [pipe, folder, link]) await assert.rejects(workspace.takeOutputs(path), refused);
});

Deno.test("a root that is no folder is refused", async () => {
  await using trial = await makeReal();
  await trial.makeFile("file");
  for (const path of ["file", "missing"]) {
    await assert.rejects(
      makeWorkspace(`${trial.workspace.root}/${path}`),
      (error) => error instanceof AppError && error.code === "root_unusable" && error.exitCode === 2,
    );
  }
});
