import assert from "node:assert/strict";

interface Dependency {
  readonly specifier: string;
  readonly isDynamic?: boolean;
  readonly code?: { readonly specifier?: string };
}

interface Graph {
  readonly modules: readonly { readonly specifier: string; readonly dependencies?: readonly Dependency[] }[];
}

const ROOT = new URL("../../", import.meta.url);

async function readGraph(entry = "main.ts"): Promise<Graph> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL(entry, ROOT).href],
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function isAws(specifier: string): boolean {
  return /(^|npm:\/?)@(aws-sdk|smithy)\//.test(specifier);
}

/** Everything that is loaded with some modules: what they import, and what that imports. */
function loadedWith(graph: Graph, roots: readonly string[]): ReadonlySet<string> {
  const imports = new Map(graph.modules.map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.flatMap(({ code, isDynamic }) =>
      code?.specifier === undefined || isDynamic === true ? [] : [code.specifier]
    ),
  ]));
  const loaded = new Set<string>();
  const rest = [...roots];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (loaded.has(next)) continue;
    loaded.add(next);
    rest.push(...imports.get(next) ?? []);
  }
  return loaded;
}

Deno.test("main.ts loads no package and none of Node's modules before a command asks for it", async () => {
  const roots = [
    "main.ts",
    "src/cli/commands/environments/registry.ts",
    "src/cli/commands/general/registry.ts",
    "src/cli/commands/general/version.ts",
    "src/cli/commands/assets/registry.ts",
    "src/cli/commands/contexts/registry.ts",
    "src/cli/commands/pipelines/registry.ts",
  ].map((path) => new URL(path, ROOT).href);

  const loaded = loadedWith(await readGraph(), roots);

  assert.ok(loaded.size > 10);
  assert.deepEqual([...loaded].filter((specifier) => !specifier.startsWith(ROOT.href)), []);
});

Deno.test("main.ts loads no command and no registry of a capability before a command line names it", async () => {
  const commands = new URL("src/cli/commands/", ROOT).href;

  const loaded = [...loadedWith(await readGraph(), [new URL("main.ts", ROOT).href])]
    .filter((specifier) => specifier.startsWith(commands)).map((specifier) =>
      specifier.slice(commands.length)
    );

  assert.deepEqual(loaded.sort(), ["command_names.ts", "kept_rights.ts", "registry.ts"]);
});

/** The seed's commands, which do what two commands do. */
const COMPOSED = ["assets/old_names.ts"];

Deno.test("a command loads its own module and registry, and those of no other command", async () => {
  const graph = await readGraph();
  const commands = new URL("src/cli/commands/", ROOT).href;
  const short = (specifier: string) => specifier.slice(commands.length);
  const lazyIn = (specifier: string) =>
    graph.modules.find((each) => each.specifier === specifier)?.dependencies?.flatMap(({ code, isDynamic }) =>
      isDynamic === true && code?.specifier !== undefined ? [code.specifier] : []
    ) ?? [];
  const registries = lazyIn(`${commands}registry.ts`);
  const modulesOf = new Map(registries.map((registry) => [
    registry,
    [...loadedWith(graph, [registry])].flatMap(lazyIn),
  ]));
  const modules = [...modulesOf.values()].flat();

  assert.deepEqual(registries.map(short).sort(), [
    "assets/registry.ts",
    "contexts/registry.ts",
    "environments/registry.ts",
    "general/registry.ts",
    "pipelines/registry.ts",
    "server/registry.ts",
  ]);
  assert.ok(new Set(modules).size > 20, modules.map(short).join(" "));
  for (const [registry, own] of modulesOf) {
    assert.deepEqual([...loadedWith(graph, [registry])].filter((each) => modules.includes(each)), []);
    for (const module of own.filter((each) => !COMPOSED.includes(short(each)))) {
      const others = [...loadedWith(graph, [registry, module])].filter((each) =>
        each !== module && each !== registry && (modules.includes(each) || registries.includes(each))
      );
      assert.deepEqual(others.map(short), [], short(module));
    }
  }
});

Deno.test("main.ts reaches AWS's packages only through src/drivers/ecs/sdk, which is loaded when a call is made", async () => {
  const { modules } = await readGraph();
  const short = (specifier: string) => specifier.replace(ROOT.href, "");
  const edges = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.map((each) => ({
      from: short(specifier),
      to: short(each.code?.specifier ?? each.specifier),
      isDynamic: each.isDynamic === true,
      isTypeOnly: each.code === undefined,
    }))
  ).filter(({ isTypeOnly }) => !isTypeOnly);

  const importers = edges.filter(({ to }) => isAws(to)).map(({ from }) => from);
  const entrances = edges.filter(({ from, to }) =>
    to.startsWith("src/drivers/ecs/sdk/") && !from.startsWith("src/drivers/ecs/sdk/")
  );
  const loading = new Set(importers);

  assert.ok(importers.length > 4, importers.join(", "));
  assert.deepEqual(importers.filter((from) => !from.startsWith("src/drivers/ecs/sdk/")), []);
  assert.deepEqual(
    entrances.filter(({ to, isDynamic }) => loading.has(to) && !isDynamic).map(({ from, to }) =>
      `${from} → ${to}`
    ),
    [],
  );
  assert.ok(entrances.some(({ isDynamic }) => isDynamic));
});

Deno.test("the packages of assets and contexts are loaded by their commands, and by nothing else", async () => {
  const graph = await readGraph();
  const packages = /^npm:\/?(?:js-yaml|fflate|tough-cookie|oauth4webapi|diff)@/;
  // Contexts are YAML as PyYAML reads it too.
  const own = graph.modules.map(({ specifier }) => specifier).filter((specifier) =>
    specifier.startsWith(`${ROOT.href}src/`)
  );
  const others = own.filter((specifier) => /\/src\/cli\/commands\/(?!assets\/|contexts\/)/.test(specifier));
  const roots = ["main.ts", "src/wiring/wiring.ts"].map((path) => new URL(path, ROOT).href);

  const loaded = [...loadedWith(graph, [...roots, ...others])];
  const ofAssets = [...loadedWith(graph, own.filter((specifier) => /commands\/assets\//.test(specifier)))];

  assert.ok(others.length > 20);
  assert.ok(ofAssets.some((specifier) => packages.test(specifier)));
  assert.deepEqual(loaded.filter((specifier) => packages.test(specifier)), []);
});

Deno.test("reading a pipeline loads no package for schemas, and the parser of YAML only when a file needs it", async () => {
  const graph = await readGraph();
  const commands = ["check", "show"].map((name) =>
    new URL(`src/cli/commands/pipelines/${name}.ts`, ROOT).href
  );

  const yaml = new URL("src/config/pipelines/yaml_tree.ts", ROOT).href;
  const packagesOf = (roots: readonly string[]) =>
    [...loadedWith(graph, roots)].filter((specifier) => specifier.startsWith("npm:"))
      .map((specifier) => specifier.replace(/^npm:\/?|@[\d.]+$/g, "")).sort();

  assert.deepEqual(packagesOf(commands), ["get-east-asian-width"]);
  assert.deepEqual(packagesOf([...commands, yaml]), ["get-east-asian-width", "yaml"]);
});

Deno.test("pages and their packages are loaded where a simulator is served, and Markdown where a comment is shown", async () => {
  const graph = await readGraph();
  const loadedBy = (
    ...paths: readonly string[]
  ) => [...loadedWith(graph, paths.map((path) => new URL(path, ROOT).href))];
  const commands = graph.modules.map(({ specifier }) => specifier).filter((specifier) =>
    specifier.startsWith(`${ROOT.href}src/cli/`)
  ).map((specifier) => specifier.slice(ROOT.href.length));
  const pages = /^npm:\/?(?:hono|micromark)|\/src\/(?:server|simulators)\//;
  const markdown = /^npm:\/?micromark/;

  assert.ok(commands.length > 50);
  assert.deepEqual(
    loadedBy("main.ts", "src/wiring/wiring.ts", ...commands).filter((each) => pages.test(each)),
    [],
  );
  assert.ok(loadedBy("src/wiring/simulate.ts").some((each) => pages.test(each)));
  assert.deepEqual(loadedBy("src/wiring/simulate.ts").filter((each) => markdown.test(each)), []);
  assert.ok(graph.modules.some(({ specifier }) => markdown.test(specifier)));
});

/** Runs `showtime context …`, or another command, in a folder, where each of these packages throws as soon as it is loaded. */
async function runPoisoned(line: string, { folder, packages, command = "context", env = {} }: {
  readonly folder: string;
  readonly packages: readonly string[];
  readonly command?: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<{ readonly code: number; readonly text: string }> {
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  await Deno.writeTextFile(`${folder}/poison.ts`, 'throw new Error("a package was loaded");\n');
  const poisoned = Object.fromEntries(packages.map((name) => [name, `${folder}/poison.ts`]));
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({ nodeModulesDir: "none", compilerOptions, imports: { ...imports, ...poisoned } }),
  );
  const flags = ["run", "--quiet", "--no-check", "--no-lock", "--allow-all", `--config=${folder}/deno.json`];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, new URL("main.ts", ROOT).href, command, ...line.split(" ")],
    cwd: folder,
    // The launcher of steps is there for commands about pipelines.
    env: {
      SHOWTIME_CONTEXT_ID: "lazy",
      PATH: `${decodeURIComponent(ROOT.pathname)}:${Deno.env.get("PATH")}`,
      ...env,
    },
  }).output();
  return { code, text: [stdout, stderr].map((each) => new TextDecoder().decode(each)).join("") };
}

Deno.test("context get and set run without commander, zod, yaml and js-yaml", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-lazy-" });
  const packages = ["commander", "zod", "yaml", "js-yaml"];
  const run = (line: string) => runPoisoned(line, { folder, packages });
  try {
    const made = await runPoisoned("init --id lazy --set state.version=1.4.0", { folder, packages: [] });
    assert.equal(made.code, 0, made.text);

    assert.deepEqual(await run("set state.tests:=812 state.hosts[]=eu-1"), { code: 0, text: "" });
    assert.deepEqual(await run("get state.hosts"), { code: 0, text: '["eu-1"]\n' });
    assert.deepEqual(await run("get $.state.version"), { code: 0, text: "1.4.0\n" });

    const usual = "version: 1\ncontext:\n  datasources:\n    yamlfile: { path: context.yaml }\n";
    await Deno.writeTextFile(`${folder}/showtime.yml`, usual);
    assert.equal((await runPoisoned("init --id lazy --set state.n=5", { folder, packages: [] })).code, 0);
    assert.deepEqual(await run("set state.n:=6"), { code: 0, text: "" });
    assert.deepEqual(await run("get state.n"), { code: 0, text: "6\n" });

    // What is not plain loads a package, so they are poisoned indeed.
    await Deno.writeTextFile(`${folder}/showtime.yml`, "version: &one 1\n");
    await Deno.writeTextFile(`${folder}/data.yaml`, "a: 1\n");
    const uses = {
      commander: "get --help",
      yaml: "get state.hosts",
      "js-yaml": "set state.data@=data.yaml",
      zod: "get state.n",
    };
    for (const [name, line] of Object.entries(uses)) {
      assert.equal((await runPoisoned(line, { folder, packages: [name] })).code, 1, name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("commands about environments load no use-case and no store of contexts before the configuration names them", async () => {
  const graph = await readGraph();
  const short = (specifier: string) => specifier.replace(ROOT.href, "");
  const own = graph.modules.map(({ specifier }) => specifier).filter((specifier) =>
    specifier.startsWith(`${ROOT.href}src/`)
  );
  const roots = [
    ...["main.ts", "src/wiring/wiring.ts"].map((path) => new URL(path, ROOT).href),
    ...own.filter((specifier) => /\/src\/cli\/commands\/environments\//.test(specifier)),
  ];
  const ofContexts =
    /^src\/(?:contexts\/app|wiring\/contexts|drivers\/(?:redis|sqlite|http|context_files))\//;

  const loaded = [...loadedWith(graph, roots)].map(short);

  assert.ok(loaded.length > 100);
  assert.ok(own.some((specifier) => ofContexts.test(short(specifier))));
  assert.deepEqual(loaded.filter((path) => ofContexts.test(path)), []);
});

Deno.test("OpenTelemetry's packages are loaded through src/drivers/otlp/sdk, when there is an endpoint", async () => {
  const graph = await readGraph("src/drivers/otlp/mod.ts");
  const short = (specifier: string) => specifier.replace(ROOT.href, "");
  const isTelemetry = (specifier: string) => /^npm:\/?@opentelemetry\//.test(specifier);
  const driver = new URL("src/drivers/otlp/mod.ts", ROOT).href;

  const importers = graph.modules.filter(({ dependencies = [] }) =>
    dependencies.some(({ code, specifier }) => code !== undefined && isTelemetry(code.specifier ?? specifier))
  ).map(({ specifier }) => short(specifier));

  assert.ok(importers.length > 1, importers.join(", "));
  assert.deepEqual(importers.filter((path) => !path.startsWith("src/drivers/otlp/sdk/")), []);
  assert.deepEqual([...loadedWith(graph, [driver])].filter((each) => !each.startsWith(ROOT.href)), []);
  const main = await readGraph();
  assert.deepEqual([...loadedWith(main, [new URL("main.ts", ROOT).href])].filter(isTelemetry), []);
});

Deno.test("pipeline run of a file of JSON runs without zod, yaml and js-yaml", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-lazy-" });
  const packages = ["zod", "yaml", "js-yaml"];
  const run = (line: string) => runPoisoned(line, { folder, packages, command: "pipeline" });
  try {
    await Deno.writeTextFile(`${folder}/build.json`, '{"version":1,"name":"web","exec":["true"]}');
    await Deno.writeTextFile(`${folder}/build.yml`, "version: 1\nname: web\nexec: [true]\n");

    const { code, text } = await run("run build.json");
    assert.equal(code, 0, text);

    // A file of YAML needs its package, so that one is poisoned indeed.
    assert.equal((await run("run build.yml")).code, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("pipeline run without an endpoint loads no package of OpenTelemetry", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-lazy-" });
  const packages = ["api", "otlp-exporter-base", "otlp-transformer", "resources", "sdk-logs", "sdk-trace"]
    .map((name) => `@opentelemetry/${name}`);
  const run = (line: string) => runPoisoned(line, { folder, packages, command: "pipeline" });
  try {
    await Deno.writeTextFile(`${folder}/build.json`, '{"version":1,"name":"web","exec":["true"]}');

    const without = await run("run build.json");
    assert.equal(without.code, 0, without.text);
    assert.doesNotMatch(without.text, /@opentelemetry/);

    // With an endpoint they are loaded, so they are poisoned indeed.
    const { code, text } = await run("run build.json -t http://127.0.0.1:9/v1/traces");
    assert.equal(code, 0, text);
    assert.match(text, /spans lost .*@opentelemetry/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("context get and set on files of cicdstatemgr run without commander, zod and yaml", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-lazy-" });
  const env = { CICDSTATEMGR_CONFIG_PATH: "config.yaml" };
  const packages = ["commander", "zod", "yaml"];
  const configure = (datasources: Readonly<Record<string, unknown>>) =>
    Deno.writeTextFile(`${folder}/config.yaml`, JSON.stringify({ cicdstatemgr: { datasources } }));
  const files = {
    yamlfile: { path: "context.yaml", isPrimary: true },
    jsonfile: { path: "context.json", isPrimary: false },
  };
  try {
    await configure(files);
    assert.equal((await runPoisoned("init --id lazy", { folder, env, packages: [] })).code, 0);

    assert.deepEqual(await runPoisoned("set state.n:=5", { folder, env, packages }), { code: 0, text: "" });
    assert.deepEqual(await runPoisoned("get state.n", { folder, env, packages }), { code: 0, text: "5\n" });

    // A file of another form takes the package for schemas.
    await configure({ sqlite: { path: "contexts.db" } });
    const { code, text } = await runPoisoned("get state.n", { folder, env, packages: ["zod"] });
    assert.equal(code, 1);
    assert.match(text, /a package was loaded/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
