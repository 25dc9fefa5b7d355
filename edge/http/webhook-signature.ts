/** The largest accepted difference between the sender's clock and this one. */
const toleranceSeconds = 300

/**
 * Whether a body was signed with `secret` (`whsec_…`) within the tolerance, as defined by
 * https://www.standardwebhooks.com. One valid signature of several is enough, so that secrets can be rotated.
 *
 * Does not use the package `standardwebhooks`: its hash is written in JavaScript, takes five times as long as WebCrypto
 * for a batch of events (350 KB), and adds 4.7 KiB to the bundle.
 */
export const isSigned = async (
  headers: Headers,
  body: string,
  secret: string,
  nowMs = Date.now(),
): Promise<boolean> => {
  const id = headers.get("webhook-id")
  const timestamp = headers.get("webhook-timestamp")
  const signatures = headers.get("webhook-signature")
  if (!id || !timestamp || !signatures || !/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return false

  const key = await crypto.subtle.importKey(
    "raw",
    bytesOf(secret.slice("whsec_".length)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  )
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  for (const signature of signatures.split(" ").slice(0, 5)) {
    const [version, value = ""] = signature.split(",")
    // verify() compares in constant time.
    if (version === "v1" && (await crypto.subtle.verify("HMAC", key, bytesOf(value), content))) return true
  }
  return false
}

const bytesOf = (base64: string): Uint8Array => {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}
