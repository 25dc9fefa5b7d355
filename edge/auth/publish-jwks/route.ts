import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { publicJwksOf } from "../../keys/key-ring.ts"

/** The public keys that verify access tokens and receipts (RFC 7517). */
export const publishJwks = new Hono<EdgeEnv>().get(
  "/.well-known/jwks.json",
  describeOperation("publishJwks", {
    tag: "accounts",
    summary: "Get the public keys that verify access tokens and receipts",
    responses: { 200: { description: "A JWK set (RFC 7517).", contentType: "application/json" } },
  }),
  (c) => {
    c.header("cache-control", "public, max-age=300")
    return c.json({ keys: publicJwksOf(c.var.config.jwt) })
  },
)
