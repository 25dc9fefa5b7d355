/** Expired nonces that one call looks at. */
const maxListed = 100

const prefix = "used:"

/** The live tickets of a user that were used, in the Durable Object's storage until each has expired. */
export const openUsedTickets = ({ kv }: DurableObjectStorage) => ({
  /**
   * Uses up the ticket with this nonce: true the first time only. Its signature and expiry (ms since the epoch) were
   * checked before. Synchronous, so that two concurrent uses cannot both find it unused.
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
