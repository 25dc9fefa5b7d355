import { openAsBlob } from "node:fs"
import { parseArgs } from "node:util"
import { createApiClient } from "../client/sdk/src/api/api-client.ts"
import { uploadMultipart } from "./driver/upload-multipart.ts"

// A client in a separate process, for tests that kill it. It prints a line for every uploaded part.

const { values } = parseArgs({
  options: {
    edge: { type: "string" },
    email: { type: "string" },
    password: { type: "string" },
    photo: { type: "string" },
    file: { type: "string" },
  },
})
const { edge = "", email = "", password = "", photo = "", file = "" } = values
const api = createApiClient({ baseUrl: edge })
await api.signIn(email, password)
await uploadMultipart(api, photo, await openAsBlob(file), {
  concurrency: 1,
  onPart: (partNumber) => process.stdout.write(`part ${partNumber}\n`),
})
await api.finalizeUpload(photo)
process.stdout.write("finalized\n")
