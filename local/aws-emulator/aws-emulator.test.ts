import { createServer } from "node:http"
import { networkInterfaces } from "node:os"
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs"
import { afterEach, describe, expect, test } from "vitest"
import { close, listen } from "./listen.ts"
import { credentials, region, startTestStorage, type TestStorage } from "./test-storage.ts"

const started: TestStorage[] = []
const start = async (options: Parameters<typeof startTestStorage>[0] = {}) => {
  const storage = await startTestStorage(options)
  started.push(storage)
  return storage
}
afterEach(async () => {
  for (const storage of started.splice(0)) await storage.remove()
})

const queueAttributes = async ({ sqsEndpoint, queueUrl }: TestStorage) => {
  const sqs = new SQSClient({ region, endpoint: sqsEndpoint, credentials })
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  )
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "events" }))
  sqs.destroy()
  return { ...Attributes, QueueUrl }
}

describe("after a restart", () => {
  const restart = async (storage: TestStorage, options: Parameters<typeof startTestStorage>[0] = {}) => {
    await storage.stop()
    started.splice(started.indexOf(storage), 1)
    return start({ dataDir: storage.dataDir, ...options })
  }

  test("objects, open uploads, their parts and messages still exist", async () => {
    const first = await start()
    await first.fetchSigned("local/kept", {
      method: "PUT",
      body: "kept",
      headers: { "content-type": "image/png" },
    })
    const created = await (
      await first.fetchSigned("local/parts", { method: "POST", query: "uploads" })
    ).text()
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(created)?.[1]
    await first.fetchSigned("local/parts", {
      method: "PUT",
      query: `partNumber=1&uploadId=${uploadId}`,
      body: "part",
    })

    const second = await restart(first)
    const kept = await second.fetchSigned("local/kept")
    expect([await kept.text(), kept.headers.get("content-type")]).toEqual(["kept", "image/png"])
    const parts = await (await second.fetchSigned("local/parts", { query: `uploadId=${uploadId}` })).text()
    expect(parts).toContain("<Size>4</Size>")
    expect(await second.receive()).toMatchObject([{ detail: { object: { key: "local/kept" } } }])
  })

  test("the queue has the current settings and the current address", async () => {
    const first = await start()
    const queue = { name: "events", deadLetterName: "dead", visibilityTimeoutSeconds: 7, maxReceiveCount: 5 }
    const second = await restart(first, { queue })
    expect(await queueAttributes(second)).toMatchObject({
      VisibilityTimeout: "7",
      RedrivePolicy: expect.stringContaining('"maxReceiveCount":5'),
      QueueUrl: second.queueUrl,
    })
  })

  test("sequencers continue to increase", async () => {
    const first = await start()
    await first.fetchSigned("local/a", { method: "PUT", body: "1" })
    const [before] = await first.receive()
    const second = await restart(first)
    await second.fetchSigned("local/a", { method: "PUT", body: "2" })
    const [after] = await second.receive()
    expect(sequencerOf(after) > sequencerOf(before)).toBe(true)
  })
})

const sequencerOf = (event: unknown): string =>
  /"sequencer":"(\w{16})"/.exec(JSON.stringify(event))?.[1] ?? ""

describe("a port in use", () => {
  test.each(["port", "sqsPort"] as const)(
    "is named in the error, and no server keeps running (%s)",
    async (option) => {
      const other = createServer()
      const taken = Number(new URL(await listen(other, 0, "other")).port)
      const storage = start({ [option]: taken })
      await expect(storage).rejects.toThrow(new RegExp(`${taken}.*is already in use`))
      await expect(storage).rejects.toMatchObject({ code: "EADDRINUSE" })
      await close(other)
    },
  )
})

test("the servers listen on the loopback interface only", async () => {
  const storage = await start()
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .find(({ internal, family }) => !internal && family === "IPv4")
  // On a machine without a network there is no other address to test.
  if (!outside) return
  for (const endpoint of [storage.s3Endpoint, storage.sqsEndpoint]) {
    const url = endpoint.replace("127.0.0.1", outside.address)
    await expect(fetch(url)).rejects.toThrow("fetch failed")
  }
})

test("a storage without events sends no messages", async () => {
  const storage = await start({ events: false })
  expect((await storage.fetchSigned("local/quiet", { method: "PUT", body: "x" })).status).toBe(200)
  expect(await storage.receive()).toEqual([])
})
