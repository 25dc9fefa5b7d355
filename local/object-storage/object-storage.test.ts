import { createHash } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { request as httpRequest } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs"
import { AwsClient, AwsV4Signer } from "aws4fetch"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type ObjectStorage, startObjectStorage } from "./object-storage.ts"

const credentials = { accessKeyId: "key", secretAccessKey: "secret" }
const region = "eu-central-1"
const bucket = "photos"
const body = new TextEncoder().encode("these are the bytes of a photo")
const sha256 = createHash("sha256").update(body).digest("base64")

let directory: string
let storage: ObjectStorage
let clock = () => new Date()
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "object-storage-"))
  storage = await startObjectStorage({
    port: 0,
    sqsPort: 0,
    dataDir: directory,
    region,
    bucket,
    credentials,
    corsOrigins: ["https://app.example"],
    originalsPrefix: "local/",
    queue: { name: "events", deadLetterName: "dead", visibilityTimeoutSeconds: 30, maxReceiveCount: 3 },
    now: () => clock(),
  })
})
afterAll(async () => {
  await storage.stop()
  await rm(directory, { recursive: true, force: true })
})

const aws = new AwsClient({ ...credentials, service: "s3", region, retries: 0 })
const urlOf = (key: string) => `${storage.s3Endpoint}/${bucket}/${key}`
const get = (key: string) => aws.fetch(urlOf(key))
const exists = async (key: string) => (await aws.fetch(urlOf(key), { method: "HEAD" })).ok

const headersFor = (extra: Record<string, string> = {}) => ({
  "content-type": "image/jpeg",
  "content-length": String(body.length),
  "if-none-match": "*",
  ...extra,
})

const presign = async (key: string, headers: Record<string, string>, method = "PUT") => {
  const url = `${urlOf(key)}?X-Amz-Expires=900`
  return (
    await new AwsV4Signer({
      method,
      url,
      headers,
      ...credentials,
      service: "s3",
      region,
      signQuery: true,
      allHeaders: true,
    }).sign()
  ).url.href
}

/** PUTs with headers that fetch would not let through, such as a content-length that is not the body's. */
const put = (url: string, headers: Record<string, string>, bytes: Uint8Array = body) =>
  new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const request = httpRequest(url, { method: "PUT", headers }, (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: response.headers,
        }),
      )
    })
    request.on("error", reject)
    request.end(bytes)
  })

const receive = async () => {
  const sqs = new SQSClient({ region, endpoint: storage.sqsEndpoint, credentials })
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: storage.queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
  )
  for (const { ReceiptHandle } of Messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: storage.queueUrl, ReceiptHandle }))
  return Messages.map((message) => JSON.parse(message.Body ?? ""))
}

describe("a presigned PUT", () => {
  test("stores exactly the signed object, with its type, and announces it as EventBridge does", async () => {
    const key = "local/usr_1/ph_1/original"
    const headers = headersFor({ "x-amz-checksum-sha256": sha256 })
    const stored = await put(await presign(key, headers), headers)
    expect(stored.status).toBe(200)
    const response = await get(key)
    expect(response.headers.get("content-type")).toBe("image/jpeg")
    expect(await response.text()).toBe("these are the bytes of a photo")
    expect(await receive()).toMatchObject([
      {
        version: "0",
        "detail-type": "Object Created",
        source: "aws.s3",
        region,
        resources: [`arn:aws:s3:::${bucket}`],
        detail: {
          version: "0",
          bucket: { name: bucket },
          object: {
            key,
            size: body.length,
            etag: createHash("md5").update(body).digest("hex"),
            sequencer: expect.stringMatching(/^[0-9A-F]+$/),
          },
          reason: "PutObject",
        },
      },
    ])
  })

  test.each([
    ["with another type", (headers: Record<string, string>) => ({ ...headers, "content-type": "text/html" })],
    ["with another length", (headers: Record<string, string>) => ({ ...headers, "content-length": "5" })],
    ["without a signed header", ({ "if-none-match": _, ...headers }: Record<string, string>) => headers],
    [
      "with an x-amz header that was not signed",
      (headers: Record<string, string>) => ({ ...headers, "x-amz-acl": "public-read" }),
    ],
  ] as [string, (headers: Record<string, string>) => Record<string, string>][])(
    "%s is refused with 403 and stores nothing",
    async (name, change) => {
      const key = `local/refused/${encodeURIComponent(name)}`
      const url = await presign(key, headersFor())
      const headers = change(headersFor())
      const answer = await put(url, headers, body.slice(0, Number(headers["content-length"])))
      expect(answer.status).toBe(403)
      expect(answer.text).toContain("<Error>")
      expect(await exists(key)).toBe(false)
      expect(await receive()).toEqual([])
    },
  )

  test("with a changed signature, and one that expired, is refused with 403", async () => {
    const key = "local/refused/signature"
    const url = await presign(key, headersFor())
    const changed = url.replace(/Signature=(.)/, (_, first) => `Signature=${first === "0" ? "1" : "0"}`)
    expect((await put(changed, headersFor())).status).toBe(403)
    clock = () => new Date(Date.now() + 901_000)
    const late = await put(url, headersFor())
    clock = () => new Date()
    expect(late).toMatchObject({ status: 403, text: expect.stringContaining("Request has expired") })
    expect(await exists(key)).toBe(false)
  })

  test("whose bytes are not the announced ones is refused and stores nothing", async () => {
    const key = "local/refused/checksum"
    const headers = headersFor({ "x-amz-checksum-sha256": sha256 })
    const others = body.map((byte) => byte ^ 1)
    const answer = await put(await presign(key, headers), headers, others)
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining("BadDigest") })
    expect(await exists(key)).toBe(false)
  })

  test("can't be used a second time", async () => {
    const key = "local/once"
    const url = await presign(key, headersFor())
    expect((await put(url, headersFor())).status).toBe(200)
    expect(
      (
        await put(
          url,
          headersFor(),
          body.map((byte) => byte ^ 1),
        )
      ).status,
    ).toBe(412)
    expect(await (await get(key)).text()).toBe("these are the bytes of a photo")
    await receive()
  })
})

describe("an object", () => {
  test("below another prefix than the originals' announces nothing", async () => {
    const response = await aws.fetch(urlOf("thumbnails/local/1.webp"), { method: "PUT", body })
    expect(response.status).toBe(200)
    expect(await receive()).toEqual([])
  })

  test("has a key with spaces, pluses, percent signs and emoji, and is announced under that very key", async () => {
    const key = "local/a b+c%2F📷/original"
    const path = key.split("/").map(encodeURIComponent).join("/")
    const response = await aws.fetch(urlOf(path), { method: "PUT", body })
    expect(response.status).toBe(200)
    expect(await (await get(path)).text()).toBe("these are the bytes of a photo")
    expect(await receive()).toMatchObject([{ detail: { object: { key } } }])
  })

  test("can't be read without a signature", async () => {
    await aws.fetch(urlOf("thumbnails/private"), { method: "PUT", body })
    expect((await fetch(urlOf("thumbnails/private"))).status).toBe(403)
  })

  test("is read with the headers that a presigned GET asks for, whole, in part and only if unchanged", async () => {
    await aws.fetch(urlOf("thumbnails/read"), { method: "PUT", body })
    const url = new URL(await presign("thumbnails/read", {}, "GET"))
    expect((await fetch(url)).status).toBe(200)
    const part = await aws.fetch(urlOf("thumbnails/read"), { headers: { range: "bytes=0-4" } })
    expect([part.status, await part.text()]).toEqual([206, "these"])
    const changed = await aws.fetch(urlOf("thumbnails/read"), { headers: { "if-match": '"other"' } })
    expect(changed.status).toBe(412)
    const named = await aws.fetch(`${urlOf("thumbnails/read")}?response-content-disposition=attachment`)
    expect(named.headers.get("content-disposition")).toBe("attachment")
  })
})

describe("what the emulator would get wrong", () => {
  test.each(["cors", "notification", "tagging"])("?%s is 501 instead", async (subresource) => {
    const response = await aws.fetch(`${urlOf("x")}?${subresource}`, { method: "PUT", body: "<x/>" })
    expect(response.status).toBe(501)
  })
})

describe("CORS", () => {
  const preflight = (origin: string, method = "PUT") =>
    fetch(urlOf("local/x"), {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": method,
        "access-control-request-headers": "content-type",
      },
    })

  test("a page of an allowed origin may PUT and read the ETag", async () => {
    const response = await preflight("https://app.example")
    expect(response.status).toBe(200)
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example")
    expect(response.headers.get("access-control-allow-methods")).toContain("PUT")
    const headers = { ...headersFor(), origin: "https://app.example" }
    const stored = await put(await presign("thumbnails/cors", headersFor()), headers)
    expect(stored).toMatchObject({ status: 200 })
    expect(stored.headers["access-control-expose-headers"]).toContain("ETag")
    expect(stored.headers["access-control-allow-origin"]).toBe("https://app.example")
  })

  test("a page of another origin, or with another method, may not", async () => {
    expect((await preflight("https://evil.example")).status).toBe(403)
    expect((await preflight("https://app.example", "DELETE")).status).toBe(403)
  })
})
