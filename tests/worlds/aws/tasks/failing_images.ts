import { type TaskRunner, TaskStartError } from "./task_runner.ts";

const PULLING = "CannotPullContainerError: pull image manifest has been retried 1 time(s): ";

/**
 * Runs what another runner runs, but for images whose tag says what goes wrong with them:
 *
 *     missing    it is not in its registry
 *     denied     the execution role may not pull it
 *     limited    its registry has had too many pulls
 *     busy       it runs, but answers 503 everywhere
 *     unchecked  it answers as it should, but the health check inside the container never succeeds
 */
export function failingImages(inner: TaskRunner): TaskRunner {
  return {
    async start(launch) {
      const image = launch.definition.containerDefinitions?.[0]?.image ?? "";
      switch (image.slice(image.lastIndexOf(":") + 1)) {
        case "missing":
          throw new TaskStartError(`${PULLING}failed to resolve ref ${image}: ${image}: not found`);
        case "denied":
          throw new TaskStartError(
            `${PULLING}failed to resolve ref ${image}: pulling from host failed with status code ` +
              "[manifests denied]: 403 Forbidden",
          );
        case "limited":
          throw new TaskStartError(
            `${PULLING}httpReadSeeker: failed open: unexpected status code: 429 Too Many Requests - ` +
              "toomanyrequests: You have reached your pull rate limit",
          );
        case "busy": {
          const { promise: ended, resolve } = Promise.withResolvers<
            { exitCode: number; reason: undefined }
          >();
          const server = Deno.serve(
            { hostname: launch.ip, port: 8080, onListen() {} },
            () => new Response("busy\n", { status: 503 }),
          );
          launch.log("listening on 8080, busy");
          return {
            ended,
            check: () => Promise.resolve(false),
            async stop() {
              await server.shutdown();
              resolve({ exitCode: 143, reason: undefined });
            },
          };
        }
        case "unchecked": {
          const task = await inner.start(launch);
          return { ended: task.ended, check: () => Promise.resolve(false), stop: () => task.stop() };
        }
        default:
          return await inner.start(launch);
      }
    },
    runBeside: (container, launch) => inner.runBeside(container, launch),
    dispose: () => inner.dispose(),
  };
}
