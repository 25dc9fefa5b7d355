import { createHmac } from "node:crypto"

/**
 * The signature of https://www.standardwebhooks.com: HMAC-SHA256 in base64 over id, timestamp (seconds) and body.
 * @param secret `whsec_` and base64
 */
export const signatureOf = (secret: string, id: string, timestamp: number, body: string): string =>
  createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"))
    .update(`${id}.${timestamp}.${body}`)
    .digest("base64")
