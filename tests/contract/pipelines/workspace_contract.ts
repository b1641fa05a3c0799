import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import type { Workspace } from "../../../src/pipelines/ports/workspace.ts";

/** A workspace on trial, and the means to change the folders around it. Paths are relative to the root. */
export interface WorkspaceOnTrial extends AsyncDisposable {
  readonly workspace: Workspace;
  /** The real path of the folder that holds the root. */
  readonly above: string;
  makeFolder(path: string): Promise<void>;
  makeFile(path: string): Promise<void>;
  makeLink(path: string, target: string): Promise<void>;
  /** Does as a step does that appends to its outputs. */
  append(outputPath: string, text: string): Promise<void>;
  /** Reads a file as the shell does. */
  read(path: string): Promise<string>;
}

/** Tests what every workspace does. */
export function testWorkspace(name: string, make: () => Promise<WorkspaceOnTrial>): void {
  Deno.test(`${name}: folders are found from where a step is, links resolved`, async () => {
    await using trial = await make();
    const { workspace } = trial;
    await trial.makeFolder("sub/deep");
    await trial.makeFolder("other");
    await trial.makeLink("sub/link", "../other");
    const inside = async (from: string, path: string) => {
      const answer = await workspace.folder(from, path);
      return answer.kind === "inside" ? answer.path : answer.kind;
    };
    assert.equal(await inside(workspace.root, "."), workspace.root);
    assert.equal(await inside(workspace.root, "sub"), `${workspace.root}/sub`);
    assert.equal(await inside(workspace.root, "/sub/"), `${workspace.root}/sub`);
    assert.equal(await inside(workspace.root, "sub/.."), workspace.root);
    assert.equal(await inside(`${workspace.root}/sub`, "deep"), `${workspace.root}/sub/deep`);
    assert.equal(await inside(`${workspace.root}/sub`, "link"), `${workspace.root}/other`);
    assert.equal(await inside(`${workspace.root}/sub`, "link/../sub/deep"), `${workspace.root}/sub/deep`);
  });

  Deno.test(`${name}: a folder outside of the root is named, also behind a link`, async () => {
    await using trial = await make();
    const { workspace, above } = trial;
    await trial.makeFolder("sub");
    await trial.makeFolder("../root-sibling");
    await trial.makeLink("out", "../root-sibling");
    await trial.makeLink("up", "..");
    const outside = (path: string) => ({ kind: "outside", path });
    assert.deepEqual(await workspace.folder(workspace.root, ".."), outside(above));
    assert.deepEqual(await workspace.folder(`${workspace.root}/sub`, "../.."), outside(above));
    assert.deepEqual(
      await workspace.folder(workspace.root, "../root-sibling"),
      outside(`${above}/root-sibling`),
    );
    assert.deepEqual(await workspace.folder(workspace.root, "out"), outside(`${above}/root-sibling`));
    assert.deepEqual(await workspace.folder(workspace.root, "up"), outside(above));
  });

  Deno.test(`${name}: a missing folder, a link to nothing and a file are no folders`, async () => {
    await using trial = await make();
    const { workspace } = trial;
    await trial.makeFile("file");
    await trial.makeLink("nowhere", "missing");
    const kind = async (path: string) => (await workspace.folder(workspace.root, path)).kind;
    assert.equal(await kind("missing"), "missing");
    assert.equal(await kind("missing/.."), "missing");
    assert.equal(await kind("nowhere"), "missing");
    assert.equal(await kind("file"), "no_folder");
    assert.equal(await kind("file/deeper"), "no_folder");
    await trial.makeFolder("missing");
    assert.equal(await kind("missing"), "inside");
  });

  Deno.test(`${name}: each step has a place for its outputs, which are taken once`, async () => {
    await using trial = await make();
    const { workspace } = trial;
    const [first, second] = [workspace.outputPath(), workspace.outputPath()];
    assert.notEqual(first, second);
    assert.equal(await workspace.takeOutputs(first), undefined);
    await trial.append(first, "a=1\n");
    await trial.append(first, "b=é\n");
    await trial.append(second, "");
    assert.equal(await workspace.takeOutputs(first), "a=1\nb=é\n");
    assert.equal(await workspace.takeOutputs(first), undefined);
    assert.equal(await workspace.takeOutputs(second), "");
  });

  Deno.test(`${name}: outputs of more than 1 MB are refused`, async () => {
    await using trial = await make();
    const path = trial.workspace.outputPath();
    await trial.append(path, "x".repeat(1024 * 1024));
    assert.equal((await trial.workspace.takeOutputs(path))?.length, 1024 * 1024);
    await trial.append(path, "x".repeat(1024 * 1024 + 1));
    await assert.rejects(
      trial.workspace.takeOutputs(path),
      (error) =>
        error instanceof AppError && error.code === "outputs_unreadable" && /1 MB/.test(error.message),
    );
  });

  Deno.test(`${name}: a script is written as it is, each to a file of its own`, async () => {
    await using trial = await make();
    const scripts = ["echo é\n", "# no line break"];
    const paths = [];
    for (const script of scripts) paths.push(await trial.workspace.writeScript(script));
    assert.notEqual(paths[0], paths[1]);
    assert.deepEqual(await Promise.all(paths.map(trial.read)), scripts);
  });
}
