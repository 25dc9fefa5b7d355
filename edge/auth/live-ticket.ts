import { isUserId, type UserId } from "../../domain/ids.ts"

export type LiveTicket = {
  userId: UserId
  nonce: string
  /** In ms since the epoch. */
  expiresAt: number
}

const ttlMs = 30_000

/**
 * Creates a ticket for one live channel. It is signed, so that a forged one is rejected before a Durable Object is
 * started or created for it.
 */
export const signTicket = async (secret: string, userId: UserId, now = Date.now()): Promise<string> => {
  const nonce = hex(crypto.getRandomValues(new Uint8Array(16)))
  const content = `${userId}.${nonce}.${now + ttlMs}`
  return `${content}.${hex(new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(secret), bytesOf(content))))}`
}

/** Parses and verifies a ticket; null when it is forged, malformed or expired. */
export const readTicket = async (
  secret: string,
  text: string,
  now = Date.now(),
): Promise<LiveTicket | null> => {
  const [, content, userId, nonce, expiry, signature] =
    /^((usr_\w{26})\.([0-9a-f]{32})\.(\d{13}))\.([0-9a-f]{64})$/.exec(text) ?? []
  if (!content || !userId || !isUserId(userId) || !nonce || !signature) return null
  const signed = Uint8Array.from(signature.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  const isValid = await crypto.subtle.verify("HMAC", await keyOf(secret), signed, bytesOf(content))
  const expiresAt = Number(expiry)
  return isValid && expiresAt >= now ? { userId, nonce, expiresAt } : null
}

export const expiryOf = (ticket: string): Date => new Date(Number(ticket.split(".")[2]))

// A key derived from the events endpoint's secret: a signature made with one is not valid for the other.
const keyOf = (secret: string) =>
  crypto.subtle.importKey("raw", bytesOf(`live-ticket:${secret}`), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ])

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
