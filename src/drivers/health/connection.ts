import type { HealthKind } from "../../lib/health_outcome.ts";

/**
 * Asks once more over a bare connection, and returns why an HTTP client got no answer in time. Deno 2.7 does
 * not settle a request whose connection is reset, and a client does not say whether it was connected at all.
 */
export async function lookAtConnection(url: URL, signal: AbortSignal): Promise<HealthKind> {
  const over = Promise.withResolvers<undefined>();
  const end = () => over.resolve(undefined);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const connecting = Deno.connect({
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port === "" ? 80 : url.port),
  });
  let connection: Deno.Conn | undefined;
  try {
    connection = await Promise.race([connecting, over.promise]);
    if (connection === undefined) return "unconnected";
    const request = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\n\r\n`;
    const answer = connection.write(new TextEncoder().encode(request))
      .then(() => connection?.read(new Uint8Array(1)));
    answer.catch(() => {});
    return await Promise.race([answer, over.promise]) === null ? "closed" : "silent";
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return "refused";
    return connection === undefined ? "unconnected" : "reset";
  } finally {
    signal.removeEventListener("abort", end);
    connecting.then((made) => made.close()).catch(() => {});
  }
}
