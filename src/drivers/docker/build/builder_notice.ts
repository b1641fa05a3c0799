const NOTICE = [
  /^DEPRECATED: The legacy builder /,
  /^Install the buildx component to build images with BuildKit/,
  /^BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0$/,
  /^environment-variable\.$/,
  /^https:\/\/docs\.docker\.com\/go\/buildx\/$/,
];

/** Whether a line is of what docker says about its older builder before each build: nobody's build fails for that. */
export function isBuilderNotice(line: string): boolean {
  const words = line.trim();
  return NOTICE.some((each) => each.test(words));
}
