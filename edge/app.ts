import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { bearer } from "./auth/bearer.ts"
import { issueToken } from "./auth/issue-token/route.ts"
import { publishJwks } from "./auth/publish-jwks/route.ts"
import { register } from "./auth/register/route.ts"
import { createUploadJob } from "./commands/create-upload-job/route.ts"
import { finalizeUpload } from "./commands/finalize-upload/route.ts"
import type { EdgeEnv } from "./platform/context.ts"
import { problem } from "./platform/problem.ts"
import { requestScope } from "./platform/request-scope.ts"
import { onError, onNotFound } from "./platform/unhandled.ts"
import { jsonBodiesOnly } from "./platform/validation.ts"
import { getPhoto } from "./queries/get-photo/route.ts"
import { getUploadJob } from "./queries/get-upload-job/route.ts"

/** 500 announced files with the longest names stay below this. */
const maxBodyBytes = 1024 * 1024

export const app = new Hono<EdgeEnv>()

app.onError(onError)
app.notFound(onNotFound(app))

app.use(requestScope)
app.use(jsonBodiesOnly)
app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => problem(c, "body-too-large") }))

app.route("/", register)
app.route("/", issueToken)
app.route("/", publishJwks)

app.use("/commands/*", bearer("photos:write"))
app.route("/", createUploadJob)
app.route("/", finalizeUpload)

app.use("/queries/*", bearer("photos:read"))
app.route("/", getUploadJob)
app.route("/", getPhoto)
