/** Recognizes failures of TLS because the certificate of the other side is not trusted. */

/** The next step for a person whose program refused a certificate. */
export const CERTIFICATE_HINT: string =
  "If an authority of your own issued the certificate, set DENO_CERT to that authority's PEM file, or set " +
  "DENO_TLS_CA_STORE=system if the system's store holds it; an expired certificate, or one for another " +
  "host, is renewed on the server";

/** The words of Deno, Node, OpenSSL and Go. The alert "bad certificate" is about the client and is not meant. */
const WORDS = [
  /invalid peer certificate/i,
  /\bUnknownIssuer\b|\bNotValidForName\b|\bNotValidYet\b|\bCaUsedAsEndEntity\b/,
  /\bself[- ]signed certificate\b/i,
  /\bunable to (?:verify the first certificate|get (?:local )?issuer certificate)\b/i,
  /\bcertificate (?:has |is )?(?:expired|not trusted|untrusted|not yet valid|verify failed)\b/i,
  /\bcertificate verification failed\b|\bSSL certificate problem\b/i,
  /\bx509: /,
  /\bhost ?name\/ip does not match certificate/i,
];

/** The codes of Node's errors. */
const CODES = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** No chain of causes is longer; a chain that leads back to itself ends here. */
const LONGEST_CHAIN = 10;

/**
 * Whether an error, or an error in its chain of causes, says that a certificate is not trusted: its issuer is
 * unknown, it has expired, or it names another host. The same request then has the same answer until a person
 * acts.
 */
export function isUntrustedCertificate(error: unknown): boolean {
  let here = error;
  for (let depth = 0; depth < LONGEST_CHAIN && here !== undefined && here !== null; depth++) {
    if (says(here)) return true;
    here = typeof here === "object" && "cause" in here ? here.cause : undefined;
  }
  return false;
}

function says(error: unknown): boolean {
  if (typeof error === "string") return WORDS.some((words) => words.test(error));
  if (typeof error !== "object" || error === null) return false;
  if ("code" in error && typeof error.code === "string" && CODES.has(error.code)) return true;
  if (error instanceof AggregateError && error.errors.some(says)) return true;
  const message = "message" in error ? error.message : undefined;
  return typeof message === "string" && WORDS.some((words) => words.test(message));
}
