import type { UserId } from "../../domain/ids.ts"

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/**
 * Returns the user id of an external user. It is derived from issuer and subject, so no request has to look it up: 128
 * bits of a SHA-256, formatted as a ULID.
 */
export const externalUserId = async (issuer: string, subject: string): Promise<UserId> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${issuer}\n${subject}`))
  let bits = new Uint8Array(digest).slice(0, 16).reduce((number, byte) => number * 256n + BigInt(byte), 0n)
  let text = ""
  for (let place = 0; place < 26; place += 1) {
    text = `${alphabet[Number(bits % 32n)]}${text}`
    bits /= 32n
  }
  return `usr_${text}`
}
