const NOTICE = [
  /^DEPRECATED: The legacy builder /,
  /^Install the buildx component to build images with BuildKit/,
  /^BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0$/,
  /^environment-variable\.$/,
  /^https:\/\/docs\.docker\.com\/go\/buildx\/$/,
];

/** Whether a line belongs to docker's notice about its older builder, which is no reason of a failure. */
export function isBuilderNotice(line: string): boolean {
  const words = line.trim();
  return NOTICE.some((each) => each.test(words));
}
