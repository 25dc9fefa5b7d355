import { createHmac } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { eventSchema } from "../docs/event-payloads.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser, uploadAll } from "./running-system.ts"

let system: RunningSystem
let receiver: Server
const received: { headers: IncomingHttpHeaders; body: string }[] = []
beforeAll(async () => {
  system = await runSystem()
  receiver = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      received.push({ headers: request.headers, body })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
})
afterAll(async () => {
  receiver?.close()
  await system?.end()
})

test("a webhook receives a signed, documented event for every completed photo and no other event", async () => {
  const api = await signedInUser(system.edgeUrl)
  const { port } = receiver.address() as AddressInfo
  const { endpointId, secret } = await api.registerWebhook({
    url: `http://127.0.0.1:${port}/hook`,
    eventTypes: ["PhotoProcessingCompleted", "UploadJobCompleted"],
  })
  const { photos } = await uploadAll(api, await smallPhotos(5))
  await vi.waitFor(() => expect(received.length).toBe(6), { timeout: 30_000, interval: 100 })

  const events = received.map(({ headers, body }) => {
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`
    const key = Buffer.from(secret.slice("whsec_".length), "base64")
    const signature = createHmac("sha256", key).update(signed).digest("base64")
    expect(headers["webhook-signature"]).toBe(`v1,${signature}`)
    const event = JSON.parse(body) as { id: string; type: string; subject: string }
    const isJob = event.type.includes("UploadJob")
    eventSchema(isJob ? "UploadJobCompleted" : "PhotoProcessingCompleted").parse(event)
    return event
  })
  const subjects = events.filter(({ type }) => type.includes("Photo")).map(({ subject }) => subject)
  expect(subjects.sort()).toEqual(photos.map(({ photoId }) => photoId).sort())
  expect(new Set(events.map(({ id }) => id)).size).toBe(6)
  await vi.waitFor(async () => {
    const { items } = await api.listWebhookDeliveries(endpointId)
    expect(items.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => "DELIVERED"))
  })
})
