/** The head of an HTTPS answer whose certificate this machine does not trust: only a mark in it is looked at. */

/**
 * Requests a URL at an address over TLS without a look at the certificate, and returns the answer's head. Throws if the
 * connection ends before that.
 */
export async function readUntrustedHead(
  { hostname, port, servername, request }: {
    readonly hostname: string;
    readonly port: number;
    /** The name that the server chooses its certificate by. */
    readonly servername: string;
    readonly request: string;
  },
  signal: AbortSignal,
): Promise<string> {
  const { connect } = await import("node:tls");
  signal.throwIfAborted();
  const head = Promise.withResolvers<string>();
  const end = () => head.reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  const socket = connect({
    host: hostname,
    port,
    servername,
    rejectUnauthorized: false,
    ALPNProtocols: ["http/1.1"],
  });
  const decoder = new TextDecoder("latin1");
  let text = "";
  socket.on("secureConnect", () => socket.write(request));
  socket.on("data", (bytes: Uint8Array) => {
    text += decoder.decode(bytes, { stream: true });
    const length = text.indexOf("\r\n\r\n");
    if (length >= 0) head.resolve(text.slice(0, length));
    else if (text.length > 65_536) head.reject(new Error("invalid http header"));
  });
  socket.on("error", head.reject);
  socket.on("close", () => head.reject(new Error("connection closed before message completed")));
  try {
    return await head.promise;
  } finally {
    signal.removeEventListener("abort", end);
    socket.destroy();
  }
}
