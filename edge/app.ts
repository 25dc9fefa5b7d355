import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { methodNotAllowed } from "hono/method-not-allowed"
import { bearer } from "./auth/bearer.ts"
import { bearerOrTicket } from "./auth/bearer-or-ticket.ts"
import { closeSession } from "./auth/close-session/route.ts"
import { issueLiveTicket } from "./auth/issue-live-ticket/route.ts"
import { issueToken } from "./auth/issue-token/route.ts"
import { openSession } from "./auth/open-session/route.ts"
import { publishJwks } from "./auth/publish-jwks/route.ts"
import { refreshSession } from "./auth/refresh-session/route.ts"
import { refreshToken } from "./auth/refresh-token/route.ts"
import { register } from "./auth/register/route.ts"
import { revokeToken } from "./auth/revoke-token/route.ts"
import { cancelPhoto } from "./commands/cancel-photo/route.ts"
import { cancelUploadJob } from "./commands/cancel-upload-job/route.ts"
import { createUploadJob } from "./commands/create-upload-job/route.ts"
import { deletePhotos } from "./commands/delete-photos/route.ts"
import { deleteWebhook } from "./commands/delete-webhook/route.ts"
import { finalizeUpload } from "./commands/finalize-upload/route.ts"
import { finalizeUploadJob } from "./commands/finalize-upload-job/route.ts"
import { openMultipartUpload } from "./commands/open-multipart-upload/route.ts"
import { registerWebhook } from "./commands/register-webhook/route.ts"
import { renewUpload } from "./commands/renew-upload/route.ts"
import { renewUploadJob } from "./commands/renew-upload-job/route.ts"
import { reportProgress } from "./commands/report-progress/route.ts"
import { rotateWebhookSecret } from "./commands/rotate-webhook-secret/route.ts"
import { tagPhoto } from "./commands/tag-photo/route.ts"
import { tagPhotos } from "./commands/tag-photos/route.ts"
import { untagPhoto } from "./commands/untag-photo/route.ts"
import { limitCommands } from "./http/command-limit.ts"
import type { EdgeEnv } from "./http/context.ts"
import { crossOrigin } from "./http/cross-origin.ts"
import { onError, onMethodNotAllowed, onNotFound } from "./http/error-handler.ts"
import { problem } from "./http/problem.ts"
import { requestScope } from "./http/request-scope.ts"
import { securityHeaders } from "./http/security-headers.ts"
import { timeLimit } from "./http/time-limit.ts"
import { jsonBodiesOnly } from "./http/validation.ts"
import { receiveEvents } from "./live/receive-events/route.ts"
import { watch } from "./live/watch/route.ts"
import { getAccount } from "./queries/get-account/route.ts"
import { getDownloadUrl } from "./queries/get-download-url/route.ts"
import { getPhoto } from "./queries/get-photo/route.ts"
import { getPhotoTimeline } from "./queries/get-photo-timeline/route.ts"
import { getReceipt } from "./queries/get-receipt/route.ts"
import { getUploadJob } from "./queries/get-upload-job/route.ts"
import { listPhotoMonths } from "./queries/list-photo-months/route.ts"
import { listPhotos } from "./queries/list-photos/route.ts"
import { listUploadJobs } from "./queries/list-upload-jobs/route.ts"
import { listWebhookDeliveries } from "./queries/list-webhook-deliveries/route.ts"
import { listWebhooks } from "./queries/list-webhooks/route.ts"
import { verifyHashes } from "./queries/verify-hashes/route.ts"
import { webPage } from "./web-page/route.ts"

/** Time limit until a response begins. Every timeout inside a request is shorter; clients usually give up after 30 s. */
const timeLimitMs = 30_000

/** Enough for a request that declares 500 files with the longest names. */
const maxBodyBytes = 1024 * 1024

export const app = new Hono<EdgeEnv>()

app.onError(onError)
app.notFound(onNotFound)

app.use(securityHeaders)
app.use(requestScope)
app.use(crossOrigin)
app.use(methodNotAllowed({ app, onMethodNotAllowed }))
app.use(timeLimit(timeLimitMs))
app.use(jsonBodiesOnly)
app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => problem(c, "body-too-large") }))

app.route("/", webPage)

app.route("/", register)
app.route("/", issueToken)
app.route("/", refreshToken)
app.route("/", revokeToken)
app.route("/", openSession)
app.route("/", refreshSession)
app.route("/", closeSession)
app.route("/", publishJwks)
app.route("/", issueLiveTicket)

app.use("/commands/*", bearer("photos:write"))
app.route("/", createUploadJob)
app.route("/", reportProgress)
app.use("/commands/*", limitCommands)
app.route("/", openMultipartUpload)
app.route("/", finalizeUpload)
app.route("/", finalizeUploadJob)
app.route("/", renewUpload)
app.route("/", renewUploadJob)
app.route("/", cancelUploadJob)
app.route("/", cancelPhoto)
app.route("/", tagPhoto)
app.route("/", untagPhoto)
app.route("/", tagPhotos)
app.route("/", deletePhotos)
app.route("/", registerWebhook)
app.route("/", rotateWebhookSecret)
app.route("/", deleteWebhook)

app.use("/queries/events", bearerOrTicket)
app.use("/queries/upload-jobs/:jobId/events", bearerOrTicket)
app.route("/", watch)
app.route("/", receiveEvents)

app.use("/queries/*", bearer("photos:read"))
app.route("/", getUploadJob)
app.route("/", getReceipt)
app.route("/", listUploadJobs)
app.route("/", listPhotoMonths)
app.route("/", getPhoto)
app.route("/", listPhotos)
app.route("/", getDownloadUrl)
app.route("/", getPhotoTimeline)
app.route("/", verifyHashes)
app.route("/", getAccount)
app.route("/", listWebhooks)
app.route("/", listWebhookDeliveries)
