import "@uppy/core/css/style.min.css"
import "@uppy/dashboard/css/style.min.css"
import { Uppy } from "@uppy/core"
import Dashboard from "@uppy/dashboard"
import GoldenRetriever from "@uppy/golden-retriever"
import { createApiClient } from "rapid-photo-upload-sdk/api"
import { RapidPhotoUpload } from "rapid-photo-upload-uppy"

const parameters = new URLSearchParams(location.search)
const api = createApiClient({
  baseUrl: parameters.get("edge") ?? "",
  accessToken: parameters.get("token") ?? "",
})

const uppy = new Uppy({ id: "photos" })
  .use(Dashboard, { inline: true, target: "#dashboard", height: 500 })
  .use(RapidPhotoUpload, { api })
if (parameters.has("retriever"))
  uppy.use(GoldenRetriever, { indexedDB: { maxFileSize: 1024 ** 3, maxTotalSize: 4 * 1024 ** 3 } as object })

// The test reads Uppy's results from here.
const results: unknown[] = []
uppy.on("complete", ({ successful = [], failed = [] }) =>
  results.push({
    successful: successful.map(({ name, meta }) => ({
      name,
      photoId: meta.photoId,
      jobId: meta.jobId,
    })),
    failed: failed.map(({ name, error }) => ({ name, error })),
  }),
)
Object.assign(globalThis, { results, uppy })
