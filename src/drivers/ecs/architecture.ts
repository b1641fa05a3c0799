import type { TaskDefinitionTemplate } from "./deploy/template.ts";

/** An architecture of Fargate. */
export type Architecture = "X86_64" | "ARM64";

/**
 * Returns the architecture of the tasks: that of `build.platform`, else the template's, else X86_64. An image
 * starts only on the architecture that it was built for.
 */
export function architectureOf(
  { buildPlatform, template }: {
    /** Such as `linux/arm64`; undefined if none is configured. */
    readonly buildPlatform: string | undefined;
    readonly template: TaskDefinitionTemplate | undefined;
  },
): Architecture {
  const named = buildPlatform ?? template?.runtimePlatform?.cpuArchitecture ?? "";
  return /(?:^|\/)(?:arm64|aarch64)(?:\/|$)/i.test(named) ? "ARM64" : "X86_64";
}

/** Returns the platform that Docker builds for an architecture. */
export function linuxPlatform(architecture: Architecture): string {
  return architecture === "ARM64" ? "linux/arm64" : "linux/amd64";
}
