import assert from "node:assert/strict";
import { isUntrustedCertificate } from "../../../src/lib/untrusted_certificate.ts";

const CONNECT = "error sending request for url (https://ghe.example/): client error (Connect)";

Deno.test("an error that says that a certificate is not trusted is recognized anywhere in its chain of causes", () => {
  const untrusted: readonly unknown[] = [
    new TypeError(`${CONNECT}: invalid peer certificate: UnknownIssuer`),
    new TypeError(`${CONNECT}: invalid peer certificate: certificate expired: verification time 1 (UNIX)`),
    new TypeError(`${CONNECT}: invalid peer certificate: certificate not valid for name "localhost"`),
    new TypeError("fetch failed", {
      cause: new Error(`${CONNECT}: invalid peer certificate: NotValidForName`),
    }),
    new Error("outer", { cause: new Error("middle", { cause: new Error("self-signed certificate") }) }),
    Object.assign(new Error("request failed"), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
    Object.assign(new Error("request failed"), { cause: { code: "CERT_HAS_EXPIRED" } }),
    new AggregateError([new Error("refused"), new Error("self signed certificate in certificate chain")]),
    'Get "https://registry.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    "fatal: unable to access 'https://ghe.example/': server certificate verification failed. CAfile: none",
    "SSL certificate problem: unable to get local issuer certificate",
    "Hostname/IP does not match certificate's altnames: Host: localhost",
  ];
  for (const error of untrusted) assert.equal(isUntrustedCertificate(error), true, String(error));
});

Deno.test("other failures of the network are no matter of certificates", () => {
  const loop = new Error("loop");
  loop.cause = loop;
  const others: readonly unknown[] = [
    new TypeError(`${CONNECT}: tcp connect error: Connection refused (os error 111)`),
    new TypeError(`${CONNECT}: dns error: failed to lookup address information`),
    new TypeError(`${CONNECT}: received fatal alert: HandshakeFailure`),
    new Error("the registry wants a client certificate"),
    new DOMException("The signal has been aborted", "AbortError"),
    loop,
    undefined,
    null,
    42,
    {},
  ];
  for (const error of others) assert.equal(isUntrustedCertificate(error), false, String(error));
});
