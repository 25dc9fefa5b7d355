import { createHmac } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Webhook } from "standardwebhooks"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { postEvent } from "./post-event.ts"

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const event = { eventId: "evt_1", event: { type: "PhotoQueued" }, secrets: [secret] }

let server: Server
let origin: string
let port: number
let received: { headers: IncomingHttpHeaders; body: string }[]
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      received.push({ headers: request.headers, body })
      if (request.url !== "/hang") response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  port = (server.address() as AddressInfo).port
  origin = `http://127.0.0.1:${port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  received = []
})

const toLocal = { allowPrivateTargets: true, timeoutMs: 5000 }

describe("a posted event", () => {
  test("contains a Standard Webhooks signature per secret", async () => {
    const previous = `whsec_${btoa("p".repeat(24))}`
    await postEvent({ ...event, url: `${origin}/hook`, secrets: [secret, previous] }, toLocal)
    const [{ headers, body } = { headers: {}, body: "" }] = received
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`
    const signatures = [secret, previous].map((each) => {
      const key = Buffer.from(each.slice("whsec_".length), "base64")
      return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`
    })
    expect(headers["webhook-signature"]).toBe(signatures.join(" "))
    for (const each of [secret, previous])
      expect(new Webhook(each).verify(body, headers as Record<string, string>)).toEqual(event.event)
  })

  test("is sent only to checked addresses: the name is resolved once", async () => {
    const asked: string[] = []
    const resolve = async (hostname: string) => {
      asked.push(hostname)
      return [{ address: "127.0.0.1", family: 4 as const }]
    }
    const url = `http://receiver.invalid:${port}/hook`
    expect(await postEvent({ ...event, url }, { ...toLocal, resolve })).toBe(204)
    expect(asked).toEqual(["receiver.invalid"])
    expect(received[0]?.headers.host).toBe(`receiver.invalid:${port}`)
  })

  test("is sent to another checked address when the first is unreachable", async () => {
    const resolve = async () => [
      { address: "127.0.0.2", family: 4 as const },
      { address: "127.0.0.1", family: 4 as const },
    ]
    const url = `http://receiver.invalid:${port}/hook`
    expect(await postEvent({ ...event, url }, { ...toLocal, resolve })).toBe(204)
  })

  test("reaches localhost in development", async () => {
    expect(await postEvent({ ...event, url: `http://localhost:${port}/hook` }, toLocal)).toBe(204)
  })

  test("times out when the receiver does not respond", async () => {
    const url = `${origin}/hang`
    await expect(postEvent({ ...event, url }, { ...toLocal, timeoutMs: 100 })).rejects.toThrow()
  })

  test("times out when the name never resolves", async () => {
    const resolve = () => new Promise<never>(() => undefined)
    const url = "https://receiver.invalid/"
    await expect(
      postEvent({ ...event, url }, { allowPrivateTargets: false, timeoutMs: 100, resolve }),
    ).rejects.toMatchObject({ name: "TimeoutError" })
  })
})

describe("a target is blocked", () => {
  const blocked = { name: "TargetBlocked" }

  test.each([
    "https://127.0.0.1/",
    "https://localhost/",
    "https://api.localhost/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "http://8.8.8.8/",
  ])("before anything is sent to %s", async (url) => {
    await expect(
      postEvent({ ...event, url }, { allowPrivateTargets: false, timeoutMs: 1000 }),
    ).rejects.toMatchObject(blocked)
  })

  test.each([
    [["10.0.0.1"]],
    [["8.8.8.8", "127.0.0.1"]],
    [["2606:4700:4700::1111", "::ffff:169.254.169.254"]],
    [[]],
  ])("when its name resolves to %j", async (addresses) => {
    const resolve = async () =>
      addresses.map((address) => ({ address, family: address.includes(":") ? (6 as const) : (4 as const) }))
    const url = "https://receiver.invalid/"
    await expect(
      postEvent({ ...event, url }, { allowPrivateTargets: false, timeoutMs: 1000, resolve }),
    ).rejects.toMatchObject(blocked)
  })
})
