/** Images for the tests of a router: one for each way in which a container can say that it is ready. */

import { findBusybox } from "../require.ts";
import { runDocker, writeTestContext } from "./images.ts";

/** With `checked` the image has a health check; `shell` has none but a shell; `bare` has neither. */
export type RoutedKind = "checked" | "shell" | "bare";

const COMMON = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY www /www
COPY start /start
ENV PATH=/bin
CMD ["/start"]
`;

const DOCKERFILES: Readonly<Record<RoutedKind, string>> = {
  checked:
    `${COMMON}HEALTHCHECK --interval=1s --retries=2 CMD wget -q -O /dev/null http://127.0.0.1:8080/health\n`,
  shell: COMMON,
  // The program is the server, whatever else it could be: there is no /bin/sh.
  bare: `FROM scratch
COPY busybox /bin/httpd
COPY www /www
CMD ["/bin/httpd", "-f", "-p", "8080", "-h", "/www"]
`,
};

/** Builds the image of a kind under that tag, with further lines of its Dockerfile. */
export async function buildRoutedImage(
  image: string,
  { kind, more = "" }: { readonly kind: RoutedKind; readonly more?: string },
): Promise<void> {
  if (await findBusybox() === undefined) throw new Error("Building a test image: there is no static busybox");
  const folder = await writeTestContext({ dockerfile: DOCKERFILES[kind] + more });
  try {
    await runDocker(["build", "--quiet", "--tag", image, folder]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
