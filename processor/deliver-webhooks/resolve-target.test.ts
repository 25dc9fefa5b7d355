import { createSocket, type Socket } from "node:dgram"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import { type AddressInfo, isIPv6 } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { postEvent } from "./post-event.ts"
import { resolveTarget } from "./resolve-target.ts"

const noLimit = new AbortController().signal
const fromDns = (servers: readonly string[]) => ({ hostsFile: null, servers })

let sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets) socket.close()
  sockets = []
})

/** A DNS server on UDP. `addressesOf` returns the addresses for a query, or null to never respond. */
const startDns = async (addressesOf: (type: "A" | "AAAA") => readonly string[] | null) => {
  const socket = createSocket("udp4")
  sockets.push(socket)
  const queries: string[] = []
  socket.on("message", (query, { address, port }) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5)
    const type = question.readUInt16BE(question.length - 4) === 28 ? "AAAA" : "A"
    queries.push(type)
    const addresses = addressesOf(type)
    if (addresses) socket.send(answerTo(query, question, type, addresses), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve))
  return { server: `127.0.0.1:${socket.address().port}`, queries }
}

// RFC 1035 §4.1
const answerTo = (
  query: Buffer,
  question: Buffer,
  type: "A" | "AAAA",
  addresses: readonly string[],
): Buffer => {
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(addresses.length, 6)
  const records = addresses.map((address) => {
    const data = isIPv6(address)
      ? Buffer.from(
          address
            .split(":")
            .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
        )
      : Buffer.from(address.split(".").map(Number))
    const record = Buffer.from([0xc0, 12, 0, type === "AAAA" ? 28 : 1, 0, 1, 0, 0, 0, 0, 0, data.length])
    return Buffer.concat([record, data])
  })
  return Buffer.concat([header, question, ...records])
}

describe("a host resolves", () => {
  test("to its addresses of both families", async () => {
    const dns = await startDns((type) => (type === "A" ? ["192.0.2.7"] : ["2001:db8:0:0:0:0:0:7"]))
    expect(await resolveTarget("receiver.test", noLimit, fromDns([dns.server]))).toEqual([
      { address: "192.0.2.7", family: 4 },
      { address: "2001:db8::7", family: 6 },
    ])
  })

  test("to the addresses of one family when the other has none", async () => {
    const dns = await startDns((type) => (type === "A" ? [] : ["2001:db8:0:0:0:0:0:7"]))
    expect(await resolveTarget("receiver.test", noLimit, fromDns([dns.server]))).toEqual([
      { address: "2001:db8::7", family: 6 },
    ])
  })

  test.each([
    ["192.0.2.7", [{ address: "192.0.2.7", family: 4 }]],
    ["2001:db8::7", [{ address: "2001:db8::7", family: 6 }]],
    ["localhost", ["127.0.0.1", "::1"].map((address) => expect.objectContaining({ address }))],
    ["api.localhost", ["127.0.0.1", "::1"].map((address) => expect.objectContaining({ address }))],
  ])("%s without a query", async (hostname, addresses) => {
    const dns = await startDns(() => null)
    expect(await resolveTarget(hostname, noLimit, fromDns([dns.server]))).toEqual(addresses)
    expect(dns.queries).toEqual([])
  })

  test("from the hosts file in development only", async () => {
    const dns = await startDns((type) => (type === "A" ? ["192.0.2.7"] : []))
    const folder = await mkdtemp(join(tmpdir(), "hosts-"))
    const hostsFile = join(folder, "hosts")
    await writeFile(hostsFile, "127.0.0.1 localhost\n10.1.2.3  other receiver.test # a comment\n")
    const inDevelopment = { hostsFile, servers: [dns.server] }
    expect(await resolveTarget("receiver.test", noLimit, inDevelopment)).toEqual([
      { address: "10.1.2.3", family: 4 },
    ])
    expect(dns.queries).toEqual([])
    expect(await resolveTarget("comment", noLimit, inDevelopment)).toEqual([
      { address: "192.0.2.7", family: 4 },
    ])
    await rm(folder, { recursive: true })
  })
})

describe("a name server that never responds", () => {
  let server: Server
  beforeEach(async () => {
    server = createServer((_, response) => response.end("here"))
    await new Promise<void>((resolve) => server.listen(0, resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  test("delays no unrelated fetch, regardless of how many deliveries wait for it", async () => {
    const dns = await startDns(() => null)
    const settled: PromiseSettledResult<number>[] = []
    const stopping = new AbortController()
    const deliveries = Array.from({ length: 32 }, async (_, index) => {
      const event = { eventId: "evt_1", event: {}, url: `https://receiver-${index}.test/`, secrets: [] }
      const resolve = (hostname: string, signal: AbortSignal) =>
        resolveTarget(hostname, AbortSignal.any([signal, stopping.signal]), fromDns([dns.server]))
      const [result] = await Promise.allSettled([
        postEvent(event, { allowPrivateTargets: false, timeoutMs: 60_000, resolve }),
      ])
      settled.push(result)
    })
    await vi.waitFor(() => expect(dns.queries.length).toBeGreaterThanOrEqual(64))
    // A name, not an address: `fetch` resolves it on one of libuv's threads.
    const { port } = server.address() as AddressInfo
    expect(await (await fetch(`http://localhost:${port}/`)).text()).toBe("here")
    expect(settled).toEqual([])
    stopping.abort()
    await Promise.all(deliveries)
    expect(settled.every(({ status }) => status === "rejected")).toBe(true)
  })

  test("is abandoned when the time limit of the delivery is reached", async () => {
    const dns = await startDns(() => null)
    const event = { eventId: "evt_1", event: {}, url: "https://receiver.test/", secrets: [] }
    const resolve = (hostname: string, signal: AbortSignal) =>
      resolveTarget(hostname, signal, fromDns([dns.server]))
    await expect(
      postEvent(event, { allowPrivateTargets: false, timeoutMs: 100, resolve }),
    ).rejects.toMatchObject({ name: "TimeoutError" })
  })
})
