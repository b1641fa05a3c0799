import type { Images } from "../../environments/ports/images.ts";

/**
 * Makes the images of a dry run: none is built or removed. Every image exists, and the list of stored images
 * is unknown (undefined), since no engine or registry is asked.
 */
export function dryImages(tell: (text: string) => void): Images {
  return {
    check: () => Promise.resolve(),
    build(request) {
      tell(`Dry run: would build ${request.image}`);
      return Promise.resolve();
    },
    checkOwner: () => Promise.resolve(),
    exists: () => Promise.resolve(true),
    remove(image) {
      tell(`Dry run: would remove image ${image}`);
      return Promise.resolve({ kind: "absent" });
    },
    list: () => Promise.resolve(undefined),
  };
}
