/** Builds drivers from configuration, each loaded when it is first needed. Only this folder knows all rooms. */

import type { Wiring, WiringHost, WiringRequest } from "../cli/wiring_types.ts";
import { Parts } from "./parts.ts";
import { RequestScope } from "./run/request_scope.ts";

/** Makes the wiring of one process. */
export function makeWiring(host: WiringHost): Promise<Wiring> {
  const parts = new Parts(host);
  const scopes = new WeakMap<WiringRequest, RequestScope>();
  const scopeOf = (request: WiringRequest) => {
    const scope = scopes.get(request) ?? new RequestScope(parts, request);
    scopes.set(request, scope);
    return scope;
  };
  /** The ports of a play, in the environment of `stageHost` or of this process. */
  const makePorts = async (stageHost: WiringHost | undefined, request: WiringRequest) => {
    const scope = stageHost === undefined
      ? scopeOf(request)
      : new RequestScope(new Parts(stageHost), request);
    return { ...await scope.run(), ...await scope.ports(), terminal: request.terminal };
  };
  return Promise.resolve({
    config: (request) => scopeOf(request).config(),
    repository: ({ flags }) => parts.repository(flags),
    run: (request) => scopeOf(request).run(),
    forge: (request) => scopeOf(request).forge(),
    platform: (request) => scopeOf(request).platform(),
    images: (request) => scopeOf(request).images(),
    content: (request) => scopeOf(request).content(),
    events: (request) => scopeOf(request).events(),
    assets: async (request) =>
      (await import("./assets.ts")).makeAssetsTools(parts, {
        request,
        loaded: await scopeOf(request).assetsConfig(),
      }),
    contexts: async (request) =>
      (await import("./contexts/make_context_tools.ts")).makeContextTools(parts, request),
    contextFiles: async (request) =>
      (await import("./contexts/make_context_tools.ts")).makeContextFiles(parts, request),
    pipelineFiles: async () => (await import("../drivers/system/mod.ts")).makePipelineFiles(),
    pipelines: async (request) =>
      (await import("./pipelines/make_pipeline_tools.ts")).makePipelineTools(parts, request),
    server: async (options, signal) =>
      await (await import("./server/start_server.ts")).startServer(parts, options, signal),
    worker: async (options, signal) =>
      await (await import("./server/start_worker.ts")).startWorker(parts, options, signal),
    serverCalls: async (server) => (await import("./server/server_calls.ts")).makeServerCalls(server),
    buildStore: async (place) => {
      const { openBuilds } = await import("./server/open_builds.ts");
      return (await openBuilds({ ...place, clock: await parts.clock })).store;
    },
    existingStore: async (place) => {
      const { openExistingStore } = await import("./server/open_builds.ts");
      return await openExistingStore({ ...place, clock: await parts.clock });
    },
    clock: () => parts.clock,
    shell: () => parts.shell,
    clone: () => parts.clone(),
    place: () => parts.place(),
    files: async () => (await import("../drivers/system/mod.ts")).makeFiles("."),
    browser: async () =>
      (await import("../drivers/browser/mod.ts")).makeBrowser({
        variable: (name) => Deno.env.get(name),
        os: Deno.build.os,
      }),
    releases: async () =>
      (await import("./releases.ts")).makeReleases(parts.host.env["SHOWTIME_DOWNLOAD_BASE"]),
    diagnoses: async (request) => {
      const scope = scopeOf(request);
      const options = { ...request, loaded: await scope.config(), forge: () => scope.readingForge() };
      return await (await import("./diagnose.ts")).makeDiagnoses(parts, options);
    },
    simulator: async (options, signal) =>
      (await import("./simulate.ts")).startSimulator(parts, { ...options, makePorts }, signal),
    supersetSimulator: async (options, signal) =>
      (await import("./simulate.ts")).startSupersetSimulator(options, signal),
    stage: async (options, signal) =>
      await (await import("./demo/stage.ts")).makeStage(parts, { ...options, makePorts }, signal),
  });
}
