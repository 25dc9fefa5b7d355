import { validator } from "hono/validator"
import { withFacts } from "./operation-docs.ts"

// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/: a structured-field string
// (RFC 9651 §3.3.3). Many clients omit the quotes; that is accepted.
const quoted = /^"((?:[ !#-[\]-~]|\\["\\]){1,255})"$/
const bare = /^[!#-~]{1,255}$/

/** The `Idempotency-Key` header does not have the form of a key. */
export class InvalidIdempotencyKey extends Error {
  override name = "InvalidIdempotencyKey"
}

/** Parses the `Idempotency-Key` header; null without one. @throws InvalidIdempotencyKey */
export const validIdempotencyKey = withFacts(
  validator("header", ({ "idempotency-key": header }): { idempotencyKey: string | null } => {
    const idempotencyKey = parseIdempotencyKey(header)
    if (idempotencyKey === undefined) throw new InvalidIdempotencyKey()
    return { idempotencyKey }
  }),
  { parameters: ["Idempotency-Key"], problems: ["malformed-idempotency-key"] },
)

/** The key in a header, null when absent, undefined when invalid. */
const parseIdempotencyKey = (header: string | undefined): string | null | undefined => {
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
