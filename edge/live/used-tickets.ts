/** Maximum number of expired nonces that one call removes. */
const maxListed = 100

const prefix = "used:"

/** The used live tickets of a user, kept in the Durable Object's storage until they expire. */
export const openUsedTickets = ({ kv }: DurableObjectStorage) => ({
  /**
   * Marks the ticket with this nonce as used. Returns true the first time only. The caller has checked its signature and
   * expiry (ms since the epoch). Synchronous, so that two concurrent uses cannot both succeed.
   */
  use: (nonce: string, expiresAt: number, now = Date.now()): boolean => {
    for (const [key, until] of [...kv.list<number>({ prefix, limit: maxListed })])
      if (until < now) kv.delete(key)
    const key = prefix + nonce
    if (kv.get(key) !== undefined) return false
    kv.put(key, expiresAt)
    return true
  },
})
