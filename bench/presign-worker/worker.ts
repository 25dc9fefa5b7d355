import { AwsV4Signer } from "aws4fetch"
import { type ObjectStore, objectStoreOf } from "../../edge/clients/object-store/object-store.ts"
import type { Config } from "../../edge/config.ts"
import { bareSigV4 } from "./bare-sigv4.ts"

// Runs inside workerd. `GET /<variant>?count=N` presigns N PUTs sequentially and returns the first one, signed once more.
// The clock of a Worker does not advance during computation, so the caller measures the time. Each PUT has another
// signing time, as in separate requests. The PUTs of a batch have the same signing time, as in one request.

const config = {
  s3: {
    endpoint: "https://s3.eu-central-1.amazonaws.com",
    bucket: "rapid-photo-upload",
    region: "eu-central-1",
  },
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
  uploadUrlTtlSeconds: 900,
} as Config
const ttlSeconds = config.uploadUrlTtlSeconds
const date = "20261124"

type Second = { time: Date; datetime: string }
const seconds = Array.from({ length: 1000 }, (_, second): Second => {
  const time = new Date(Date.UTC(2026, 10, 24, 12, 0, second))
  return { time, datetime: `${date}T${time.toISOString().slice(11, 19).replaceAll(":", "")}Z` }
})
const secondOf = (index: number): Second => {
  const second = seconds[index % seconds.length]
  if (!second) throw new RangeError("there are no signing times")
  return second
}

const keyOf = (index: number) =>
  `production/usr_01J00000000000000000000000/ph_01J0000000000000000${String(index).padStart(7, "0")}/original`
const headers = { "content-length": "2457811", "content-type": "image/jpeg", "if-none-match": "*" }

const cache = new Map<string, ArrayBuffer>()
const bare = bareSigV4(config, date, ttlSeconds)

const photosPerBatch = 100
const newStore = (index: number) => {
  const { time } = secondOf(index)
  return objectStoreOf(config, () => time)
}
let batchStore = newStore(0)
const presignPut = async (store: ObjectStore, index: number): Promise<string> =>
  (await store.presignPut({ key: keyOf(index), type: "image/jpeg", bytes: 2_457_811, sha256: null })).url

const variants: Record<string, (index: number) => Promise<string>> = {
  bare: (index) => bare("PUT", keyOf(index), headers, secondOf(index).datetime),
  aws4fetch: async (index) => {
    const url = `${config.s3.endpoint}/${config.s3.bucket}/${keyOf(index)}?X-Amz-Expires=${ttlSeconds}`
    const { datetime } = secondOf(index)
    const request = { method: "PUT", url, headers, signQuery: true, allHeaders: true, datetime, cache }
    const signer = new AwsV4Signer({
      ...request,
      ...config.credentials,
      service: "s3",
      region: config.s3.region,
    })
    return (await signer.sign()).url.href
  },
  // As in a request for a job of 100 photos, and as in a request for a single photo.
  "object store, in a batch": (index) => {
    if (index % photosPerBatch === 0) batchStore = newStore(index)
    return presignPut(batchStore, index)
  },
  "object store, single": (index) => presignPut(newStore(index), index),
}

export default {
  fetch: async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url)
    const presign = variants[decodeURIComponent(pathname.slice(1))]
    if (!presign) return new Response("unknown variant", { status: 404 })
    for (let index = 0; index < Number(searchParams.get("count")); index += 1) await presign(index)
    return new Response(await presign(0))
  },
}
