import { mkdtemp, rm } from "node:fs/promises"
import { request as httpRequest, type IncomingHttpHeaders } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs"
import { AwsClient, AwsV4Signer } from "aws4fetch"
import { type AwsEmulator, type AwsEmulatorOptions, startAwsEmulator } from "./aws-emulator.ts"
import { uriEncodePath } from "./sigv4/uri-encoding.ts"

export const credentials = { accessKeyId: "key", secretAccessKey: "secret" }
export const region = "eu-central-1"
export const bucket = "photos"

type RawResponse = { status: number; headers: IncomingHttpHeaders; text: string }

/** An emulator in a separate directory, with functions for tests. */
export type TestStorage = AwsEmulator & {
  dataDir: string
  /** Sets the clock of the emulator. The default is the system clock. */
  setClock: (now?: () => Date) => void
  /** Sends a request for an object, or for the bucket if the key is empty, with a signature in its header. */
  fetchSigned: (key: string, init?: RequestInit & { query?: string }) => Promise<Response>
  exists: (key: string) => Promise<boolean>
  /** Presigns a URL with exactly these headers, valid for 15 minutes. */
  presign: (method: string, key: string, headers?: Record<string, string>, query?: string) => Promise<string>
  /** Receives the events since the last call. */
  receive: () => Promise<unknown[]>
  /** Stops the emulator and removes its directory. */
  remove: () => Promise<void>
}

export const startTestStorage = async (options: Partial<AwsEmulatorOptions> = {}): Promise<TestStorage> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "object-storage-")))
  let clock = () => new Date()
  const storage = await startAwsEmulator({
    port: 0,
    sqsPort: 0,
    dataDir,
    region,
    bucket,
    credentials,
    corsOrigins: ["https://app.example", "https://*.preview.example"],
    originalsPrefix: "local/",
    queue: { name: "events", deadLetterName: "dead", visibilityTimeoutSeconds: 30, maxReceiveCount: 3 },
    now: () => clock(),
    ...options,
  }).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true })
    throw error
  })
  const s3 = new AwsClient({ ...credentials, service: "s3", region, retries: 0 })
  const urlOf = (key: string, query = "") =>
    `${storage.s3Endpoint}${uriEncodePath(`/${bucket}/${key}`)}${query && `?${query}`}`
  const fetchSigned: TestStorage["fetchSigned"] = (key, { query, ...init } = {}) =>
    s3.fetch(urlOf(key, query), init)
  return {
    ...storage,
    dataDir,
    setClock: (now = () => new Date()) => {
      clock = now
    },
    fetchSigned,
    exists: async (key) => (await fetchSigned(key, { method: "HEAD" })).ok,
    presign: async (method, key, headers = {}, query = "") => {
      const url = urlOf(key, `X-Amz-Expires=900${query && `&${query}`}`)
      const signing = { method, url, headers, ...credentials, service: "s3", region, signQuery: true }
      return (await new AwsV4Signer({ ...signing, allHeaders: true }).sign()).url.href
    },
    receive: () => receiveAll(storage),
    remove: async () => {
      await storage.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Sends a request that fetch does not allow, such as one with a wrong content-length. */
export const send = (
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body: Uint8Array | string = "",
): Promise<RawResponse> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString()
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
    })
    request.on("error", reject)
    request.end(body)
  })

const receiveAll = async ({ sqsEndpoint, queueUrl }: AwsEmulator): Promise<unknown[]> => {
  const sqs = new SQSClient({ region, endpoint: sqsEndpoint, credentials })
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  )
  for (const { ReceiptHandle } of Messages)
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))
  sqs.destroy()
  return Messages.map(({ Body = "" }) => JSON.parse(Body))
}
