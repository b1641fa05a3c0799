/** A registry whose certificate nobody trusts: the server of a company with an authority of its own. */

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBpDCCAUmgAwIBAgIUW0g0crDf+haEpgA6oXcbWj9FKjowCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNcmVnaXN0cnkudGVzdDAgFw0yNjExMzAwOTQzMTVaGA8yMTI2
MTEwNjA5NDMxNVowGDEWMBQGA1UEAwwNcmVnaXN0cnkudGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABFJhWdCte0SdER0C+CUEo0rTGbCdWUtlAemAPg0R9xei
2JARknp0XVMmzfqvpAwDnezY5EIAEsIvoaYaX6Gow8ajbzBtMB0GA1UdDgQWBBRx
FTfxEtKmE149kJFwslhMAlyVHDAfBgNVHSMEGDAWgBRxFTfxEtKmE149kJFwslhM
AlyVHDAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9z
dDAKBggqhkjOPQQDAgNJADBGAiEA+y2VxymbPgiD9PsBCLMUfp48kdArQ3nJfcMB
v0TnN8ACIQCeRMPG9wCk00vyfBZDowlksfNQWuWMCpGkL60/liZ7qQ==
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgb8ESAOqwVQTKupd+
KUZs+Bn638lw0R/0LzkyLIbPrlmhRANCAARSYVnQrXtEnREdAvglBKNK0xmwnVlL
ZQHpgD4NEfcXotiQEZJ6dF1TJs36r6QMA53s2ORCABLCL6GmGl+hqMPG
-----END PRIVATE KEY-----
`;

/** Serves it while `run` plays. The host is an address of this machine that no engine takes for an insecure registry. */
export async function withTlsRegistry(run: (host: string) => Promise<void>): Promise<void> {
  const address = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  )?.address;
  if (address === undefined) throw new Error("Starting a registry: this machine has only loopback addresses");
  const server = Deno.serve(
    { hostname: address, port: 0, cert: CERTIFICATE, key: KEY, onListen: () => {} },
    () => new Response("{}"),
  );
  try {
    await run(`${address}:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}
