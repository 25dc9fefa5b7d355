import { once } from "node:events"
import { createServer, type IncomingMessage } from "node:http"
import { type AddressInfo, createServer as createTcpServer } from "node:net"
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest"
import { testStorage } from "../../local/test-environment.ts"
import { s3ClientConfig } from "./aws-client.ts"
import { objectStoreOf } from "./object-store.ts"
import { workQueueOf } from "./work-queue.ts"

const { credentials, region, bucket } = testStorage
const signal = AbortSignal.timeout(30_000)

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey)
})
afterEach(() => vi.unstubAllEnvs())

describe("the object store", () => {
  test("stores, lists, reads and removes an object with credentials from the environment", async () => {
    const store = objectStoreOf({ s3: { endpoint: inject("environment").s3Endpoint, bucket, region } })
    const key = `sdk/${crypto.randomUUID()}/a b+ü.webp`
    await store.put(key, new TextEncoder().encode("pixels"), "image/webp", signal)
    const head = await store.head(key, signal)
    expect(head?.bytes).toBe(6)
    const listed = await store.list(key.slice(0, 40), null, signal)
    expect(listed).toMatchObject({ items: [{ key, modifiedAt: expect.any(Date) }], next: null })
    const object = await store.get({ key, etag: head?.etag ?? "" }, signal)
    expect(Buffer.concat((await object?.stream.toArray()) ?? []).toString()).toBe("pixels")
    expect(await store.get({ key, etag: "of-another-object" }, signal)).toBeNull()
    await store.remove(key, signal)
    expect(await store.head(key, signal)).toBeNull()
    expect(await store.get({ key, etag: head?.etag ?? "" }, signal)).toBeNull()
    await store.abortUpload(key, "no-such-upload", signal)
    expect(await store.listUploads("sdk/", null, signal)).toEqual({ items: [], next: null })
    store.close()
  })

  test("reports wrong credentials as an outage", async () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong")
    const store = objectStoreOf({ s3: { endpoint: inject("environment").s3Endpoint, bucket, region } })
    await expect(store.list("sdk/", null, signal)).rejects.toMatchObject({ name: "ObjectStoreUnavailable" })
    store.close()
  })
})

describe("temporary credentials", () => {
  beforeEach(() => void vi.stubEnv("AWS_SESSION_TOKEN", "token-of-a-role"))

  test("are accepted by the local S3 and SQS", async () => {
    const { s3Endpoint, sqsEndpoint, queueUrl } = inject("environment")
    const s3 = { endpoint: s3Endpoint, bucket, region }
    const store = objectStoreOf({ s3 })
    const key = `sdk/${crypto.randomUUID()}`
    await store.put(key, new TextEncoder().encode("pixels"), "image/webp", signal)
    expect(await store.head(key, signal)).toMatchObject({ bytes: 6 })
    const queue = workQueueOf({ s3, sqs: { endpoint: sqsEndpoint, queueUrl, visibilityTimeoutSeconds: 30 } })
    expect(await queue.depth()).toMatchObject({ visible: expect.any(Number), delayed: expect.any(Number) })
    store.close()
    queue.close()
  })

  test("are sent with a signed session token in every request", async () => {
    const requests: IncomingMessage[] = []
    const server = createServer((request, response) => {
      requests.push(request)
      request.resume().on("end", () => response.writeHead(204).end())
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const store = objectStoreOf({ s3: { endpoint, bucket, region } })
    await store.remove("key", signal)
    expect(requests[0]?.headers["x-amz-security-token"]).toBe("token-of-a-role")
    expect(requests[0]?.headers.authorization).toMatch(/SignedHeaders=[^,]*x-amz-security-token/)
    store.close()
    server.close()
  })
})

test("a server that accepts a connection and never responds is an outage after the time limit", async () => {
  const unresponsive = createTcpServer().listen(0, "127.0.0.1")
  await once(unresponsive, "listening")
  const endpoint = `http://127.0.0.1:${(unresponsive.address() as AddressInfo).port}`
  const client = new S3Client({
    ...s3ClientConfig({ region, endpoint, requestTimeoutMs: 100 }),
    maxAttempts: 1,
  })
  await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: "TimeoutError" })
  client.destroy()
  unresponsive.close()
})

test.each([
  ["http://127.0.0.1:9000", true],
  ["https://account.r2.cloudflarestorage.com", true],
  ["https://s3.eu-central-1.amazonaws.com", false],
  [undefined, false],
])("the bucket of the endpoint %s is part of the path: %s", (endpoint, isInPath) => {
  expect(s3ClientConfig({ region, endpoint, requestTimeoutMs: 1 }).forcePathStyle).toBe(isInPath)
})
