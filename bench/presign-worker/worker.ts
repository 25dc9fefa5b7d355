import { AwsV4Signer } from "aws4fetch"
import { type ObjectStore, objectStoreOf } from "../../edge/clients/object-store/object-store.ts"
import type { Config } from "../../edge/config.ts"
import { bareSigV4 } from "./bare-sigv4.ts"

// Runs inside workerd. `GET /<variant>?count=N` presigns N PUTs sequentially. The clock of a Worker does not advance
// during computation, so the caller measures the time.

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
const now = new Date("2026-11-24T12:00:00Z")
const datetime = "20261124T120000Z"

const keyOf = (index: number) =>
  `production/usr_01J00000000000000000000000/ph_01J0000000000000000${String(index).padStart(7, "0")}/original`
const headers = { "content-length": "2457811", "content-type": "image/jpeg", "if-none-match": "*" }

const cache = new Map<string, ArrayBuffer>()
const bare = bareSigV4(config, datetime, ttlSeconds)

const photosPerBatch = 100
const newStore = () => objectStoreOf(config, () => now)
let batchStore = newStore()
const presignPut = async (store: ObjectStore, index: number): Promise<string> =>
  (await store.presignPut({ key: keyOf(index), type: "image/jpeg", bytes: 2_457_811, sha256: null })).url

const variants: Record<string, (index: number) => Promise<string>> = {
  bare: (index) => bare("PUT", keyOf(index), headers),
  aws4fetch: async (index) => {
    const url = `${config.s3.endpoint}/${config.s3.bucket}/${keyOf(index)}?X-Amz-Expires=${ttlSeconds}`
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
    if (index % photosPerBatch === 0) batchStore = newStore()
    return presignPut(batchStore, index)
  },
  "object store, single": (index) => presignPut(newStore(), index),
}

export default {
  fetch: async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url)
    const presign = variants[decodeURIComponent(pathname.slice(1))]
    if (!presign) return new Response("unknown variant", { status: 404 })
    let last = ""
    for (let index = 0; index < Number(searchParams.get("count")); index += 1) last = await presign(index)
    return new Response(last)
  },
}
