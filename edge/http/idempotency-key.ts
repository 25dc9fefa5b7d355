// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/: a structured-field string
// (RFC 9651 §3.3.3). Many clients omit the quotes; that is accepted.
const quoted = /^"((?:[ !#-[\]-~]|\\["\\]){1,255})"$/
const bare = /^[!#-~]{1,255}$/

/** The key in an `Idempotency-Key` header, null when absent, undefined when invalid. */
export const idempotencyKeyOf = (header: string | undefined): string | null | undefined => {
  if (header === undefined) return null
  const inner = quoted.exec(header)?.[1]
  if (inner !== undefined) return inner.replace(/\\(["\\])/g, "$1")
  return bare.test(header) ? header : undefined
}

/** SHA-256 of a parsed request, in hex. Whitespace and unknown members of the body do not change it. */
export const fingerprintOf = async (request: unknown): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(request)))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
}
