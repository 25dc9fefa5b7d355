import { AwsV4Signer } from "aws4fetch"
import { expect, test } from "vitest"
import type { Config } from "../../config.ts"
import { config } from "../../testing/test-api.ts"
import { type PresignOptions, presignerOf } from "./presign.ts"

const at = new Date("2026-11-24T23:59:59.950Z")

/** Returns the URL that aws4fetch computes. */
const aws4fetchUrl = async (
  { s3, credentials }: Config,
  method: string,
  key: string,
  { ttlSeconds, headers = {}, query = {} }: PresignOptions,
  time: Date,
): Promise<string> => {
  const url = new URL(`${s3.endpoint}/${s3.bucket}/${key}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  url.searchParams.set("X-Amz-Expires", String(ttlSeconds))
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers,
    ...credentials,
    service: "s3",
    region: s3.region,
    signQuery: true,
    allHeaders: true,
    datetime: time.toISOString().replace(/[:-]|\.\d{3}/g, ""),
  })
  return (await signer.sign()).url.href
}

const session: Config = {
  ...config,
  credentials: { ...config.credentials, sessionToken: "FwoGZXIvYXdz/+==" },
}
const otherRegion: Config = {
  ...config,
  s3: { ...config.s3, region: "eu-central-1", endpoint: "https://s3.eu-central-1.amazonaws.com/" },
}
const put = { "content-type": "image/jpeg", "content-length": "2457811", "if-none-match": "*" }
const checksum = { ...put, "x-amz-checksum-sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" }

const requests: [string, string, PresignOptions][] = [
  ["PUT", "test/usr_1/ph_1/original", { ttlSeconds: 900, headers: put }],
  ["PUT", "test/usr_1/ph_2/original", { ttlSeconds: 900, headers: { ...put, "content-length": "7" } }],
  ["PUT", "test/usr_1/ph_3/original", { ttlSeconds: 900, headers: checksum }],
  [
    "PUT",
    "test/usr_1/ph_4/original",
    {
      ttlSeconds: 60,
      headers: { "content-length": "5242880" },
      query: { partNumber: "1", uploadId: "a+b/c=" },
    },
  ],
  [
    "PUT",
    "test/usr_1/ph_4/original",
    { ttlSeconds: 60, headers: { "content-length": "12" }, query: { partNumber: "2", uploadId: "a+b/c=" } },
  ],
  ["GET", "thumbnails/test/usr_1/ph_5/256.webp", { ttlSeconds: 900 }],
  [
    "GET",
    "test/usr_1/ph_6/original",
    {
      ttlSeconds: 900,
      query: {
        "response-content-type": "image/jpeg",
        "response-content-disposition": `attachment; filename="a b.jpg"; filename*=UTF-8''%C3%BC%27(1)!*.jpg`,
      },
    },
  ],
  ["GET", "a key/with spaces, (brackets) & ümlauts+plus/..dots", { ttlSeconds: 900 }],
  ["PUT", "test/two words", { ttlSeconds: 900, headers: { "content-type": "image/jpeg;  charset=x" } }],
]

test.each([
  ["static credentials", config],
  ["session credentials", session],
  ["another region and an endpoint with a trailing slash", otherRegion],
])("every URL equals the one that aws4fetch computes, with %s", async (_, each) => {
  const presign = presignerOf(each, () => at)
  const reference = { ...each, s3: { ...each.s3, endpoint: each.s3.endpoint.replace(/\/$/, "") } }
  for (const [method, key, options] of [...requests, ...requests.toReversed()]) {
    const { url } = await presign(method, key, options)
    expect(url).toBe(await aws4fetchUrl(reference, method, key, options, at))
  }
})

test("a presigner that is used on the next day signs with that day's key", async () => {
  let time = at
  const presign = presignerOf(config, () => time)
  const [request] = requests
  if (!request) throw new Error("no request")
  for (const next of [at, new Date("2026-11-25T00:00:00.010Z"), new Date("2026-11-26T12:00:00Z")]) {
    time = next
    const { url, expiresAt } = await presign(...request)
    expect(url).toBe(await aws4fetchUrl(config, ...request, next))
    expect(expiresAt).toEqual(new Date(next.getTime() + 900_000))
  }
})

test("a stable URL does not change within its span and stays valid for one more span", async () => {
  let time = new Date("2026-11-24T12:01:00Z")
  const presign = presignerOf(config, () => time)
  const options = { ttlSeconds: 900, stableForSeconds: 300 }
  const first = await presign("GET", "test/a/original", options)
  time = new Date("2026-11-24T12:04:59Z")
  expect(await presign("GET", "test/a/original", options)).toEqual(first)
  expect(first.expiresAt).toEqual(new Date("2026-11-24T12:20:00Z"))
  expect(new URL(first.url).searchParams.get("X-Amz-Expires")).toBe("1200")
  time = new Date("2026-11-24T12:05:00Z")
  expect((await presign("GET", "test/a/original", options)).url).not.toBe(first.url)
})

test("presigners of other requests, seconds, lifetimes and credentials never share what must differ", async () => {
  const [put, , withChecksum] = requests
  if (!put || !withChecksum) throw new Error("no request")
  const renewed: Config = { ...session, credentials: { ...session.credentials, sessionToken: "renewed" } }
  for (const second of [1, 2, 3])
    for (const each of [config, session, renewed])
      for (const [method, key, options] of [put, withChecksum])
        for (const ttlSeconds of [900, 60]) {
          const time = new Date(Date.UTC(2026, 10, 24, 12, 0, second))
          const { url } = await presignerOf(each, () => time)(method, key, { ...options, ttlSeconds })
          expect(url).toBe(await aws4fetchUrl(each, method, key, { ...options, ttlSeconds }, time))
        }
})
