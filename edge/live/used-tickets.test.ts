import { runInDurableObject } from "cloudflare:test"
import { expect, test } from "vitest"
import { config } from "../testing/test-api.ts"
import { openUsedTickets } from "./used-tickets.ts"

const inNewObject = (check: (storage: DurableObjectStorage) => void) =>
  runInDurableObject(config.userChannels.get(config.userChannels.newUniqueId()), (_, { storage }) =>
    check(storage),
  )

test("a ticket can be used once, also after the object was restarted", () =>
  inNewObject((storage) => {
    const tickets = openUsedTickets(storage)
    expect(tickets.use("a", 2000, 1000)).toBe(true)
    expect(tickets.use("a", 2000, 1000)).toBe(false)
    expect(openUsedTickets(storage).use("a", 2000, 1500)).toBe(false)
    expect(tickets.use("b", 2000, 1000)).toBe(true)
  }))

test("expired tickets are removed from storage", () =>
  inNewObject((storage) => {
    const tickets = openUsedTickets(storage)
    tickets.use("a", 2000, 1000)
    tickets.use("b", 4000, 3000)
    expect([...storage.kv.list({ prefix: "used:" })]).toEqual([["used:b", 4000]])
  }))
