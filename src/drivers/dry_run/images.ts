import type { Images } from "../../environments/ports/images.ts";

/** Images that are neither built nor removed; what is asked about them is answered truly by `real`. */
export function dryImages(real: Images | undefined, tell: (text: string) => void): Images {
  return {
    check: () => Promise.resolve(),
    build(request) {
      tell(`Dry run: would build ${request.image}`);
      return Promise.resolve();
    },
    exists: (image, signal) => real === undefined ? Promise.resolve(true) : real.exists(image, signal),
    remove(image) {
      tell(`Dry run: would remove image ${image}`);
      return Promise.resolve({ kind: "absent" });
    },
    list: (signal) => real === undefined ? Promise.resolve(undefined) : real.list(signal),
  };
}
