import { beforeAll, describe, expect, test, vi } from "vitest"
import { app } from "./app.ts"
import type { CreateUploadJobResponse } from "./commands/create-upload-job/schema.ts"
import { expectProblem, forgeToken, newJob, newUser, rows, send, type TestUser } from "./testing/test-api.ts"

// Calls every route that requires a bearer token with invalid tokens, ids of other users and malformed bodies.

type Case = {
  method: string
  /** `:photoId`, `:jobId` and `:endpointId` are replaced by ids. */
  path: string
  scope: "photos:read" | "photos:write"
  body?: object
}

const write = "photos:write"
const read = "photos:read"
const file = { filename: "a.jpg", mimeType: "image/jpeg", bytes: 12 }

const routes: readonly Case[] = [
  { method: "POST", path: "/commands/upload-jobs", scope: write, body: { files: [file] } },
  { method: "POST", path: "/commands/upload-jobs/:jobId/finalize", scope: write },
  { method: "POST", path: "/commands/upload-jobs/:jobId/renew", scope: write },
  { method: "POST", path: "/commands/upload-jobs/:jobId/cancel", scope: write },
  { method: "POST", path: "/commands/upload/:photoId/multipart", scope: write },
  { method: "POST", path: "/commands/upload/:photoId/finalize", scope: write },
  { method: "POST", path: "/commands/upload/:photoId/renew", scope: write },
  {
    method: "POST",
    path: "/commands/upload/progress",
    scope: write,
    body: { photoId: `ph_${"0".repeat(26)}`, bytesSent: 1, bytesTotal: 1 },
  },
  { method: "DELETE", path: "/commands/photos/:photoId", scope: write },
  {
    method: "POST",
    path: "/commands/photos/delete",
    scope: write,
    body: { photoIds: [`ph_${"0".repeat(26)}`] },
  },
  {
    method: "POST",
    path: "/commands/photos/tags",
    scope: write,
    body: { photoIds: [`ph_${"0".repeat(26)}`], add: ["a"] },
  },
  { method: "POST", path: "/commands/photos/:photoId/tags", scope: write, body: { labels: ["a"] } },
  { method: "DELETE", path: "/commands/photos/:photoId/tags/a", scope: write },
  { method: "POST", path: "/commands/webhooks", scope: write, body: { url: "https://example.com/hook" } },
  { method: "POST", path: "/commands/webhooks/:endpointId/rotate-secret", scope: write },
  { method: "DELETE", path: "/commands/webhooks/:endpointId", scope: write },
  { method: "GET", path: "/queries/webhooks", scope: read },
  { method: "GET", path: "/queries/webhooks/:endpointId/deliveries", scope: read },
  { method: "GET", path: "/queries/upload-jobs", scope: read },
  { method: "GET", path: "/queries/upload-jobs/:jobId", scope: read },
  { method: "GET", path: "/queries/upload-jobs/:jobId/receipt", scope: read },
  { method: "GET", path: "/queries/photos", scope: read },
  { method: "GET", path: "/queries/account", scope: read },
  { method: "POST", path: "/queries/verify", scope: read, body: { sha256: ["0".repeat(64)] } },
  { method: "GET", path: "/queries/photos/months", scope: read },
  { method: "GET", path: "/queries/photos/:photoId", scope: read },
  { method: "GET", path: "/queries/photos/:photoId/download-url", scope: read },
  { method: "GET", path: "/queries/photos/:photoId/timeline", scope: read },
  { method: "GET", path: "/queries/events", scope: read },
  { method: "GET", path: "/queries/upload-jobs/:jobId/events", scope: read },
]

let owner: TestUser
let otherUser: TestUser
let job: CreateUploadJobResponse
let endpointId: string
beforeAll(async () => {
  owner = await newUser()
  otherUser = await newUser()
  job = await newJob(owner, [file])
  const hook = { url: "https://example.com/hook" }
  const response = await send("POST", "/commands/webhooks", { token: owner.token, body: hook })
  endpointId = (await response.json<{ endpointId: string }>()).endpointId
})

const hasId = ({ path }: Case) => path.includes("/:")
const call = (
  { method, path, body }: Case,
  token?: string,
  ids = { photoId: "", jobId: "", endpointId: "" },
) =>
  send(
    method,
    path.replace(/:(photoId|jobId|endpointId)/, (_, name: keyof typeof ids) => ids[name]),
    {
      ...(token !== undefined && { token }),
      ...(body && { body }),
    },
  )
const ownerIds = () => ({ jobId: job.jobId, photoId: job.items[0]?.photoId ?? "", endpointId })
const unknown = {
  jobId: `job_${"0".repeat(26)}`,
  photoId: `ph_${"0".repeat(26)}`,
  endpointId: `whk_${"0".repeat(26)}`,
}
const malformed = { jobId: "job_1", photoId: "ph_%2e%2e", endpointId: "whk_1" }

test("the matrix contains every route that requires a bearer token", () => {
  const registered = app.routes
    .filter(({ method, path }) => method !== "ALL" && /^\/(commands|queries)\//.test(path))
    .map(({ method, path }) => `${method} ${path.replace(":label", "a")}`)
  const covered = routes.map(({ method, path }) => `${method} ${path}`)
  expect([...new Set(registered)].filter((route) => !covered.includes(route))).toEqual([])
})

describe.each(routes)("$method $path", (route) => {
  test.each([
    ["without a token", async () => undefined],
    ["with a malformed token", async () => "not.a.token"],
    ["with an expired token", () => forgeToken({ sub: owner.userId, iat: 1, exp: 2 })],
    ["with a token for another audience", () => forgeToken({ sub: owner.userId, aud: "another-api" })],
    [
      "with a token from another issuer",
      () => forgeToken({ sub: owner.userId, iss: "https://elsewhere.test" }),
    ],
    ["with a token of a deleted user", () => forgeToken()],
  ])("%s is 401", async (_, token) => {
    const sent = await token()
    // Progress reports do not read the database: the first one of a deleted user is accepted, the next ones are not.
    const isRejected = async () => expectProblem(await call(route, sent, ownerIds()), 401, "unauthenticated")
    await vi.waitFor(isRejected, { timeout: 5000 })
  })

  test("with a token without the required scope is 403", async () => {
    const scope = route.scope === read ? write : read
    const token = await forgeToken({ sub: owner.userId, scope })
    await expectProblem(await call(route, token, ownerIds()), 403, "insufficient-scope")
  })

  test("with a token of a disabled user is 401 and changes nothing", async () => {
    const disabled = await newUser()
    const own = await newJob(disabled, [file])
    await rows("update users set status = 'DISABLED' where user_id = $1", disabled.userId)
    const ids = { jobId: own.jobId, photoId: own.items[0]?.photoId ?? "", endpointId }
    const isRejected = async () =>
      expectProblem(await call(route, disabled.token, ids), 401, "unauthenticated")
    await vi.waitFor(isRejected, { timeout: 5000 })
    expect(await rows("select status from photos where job_id = $1", own.jobId)).toEqual([
      { status: "QUEUED" },
    ])
  })
})

describe.each(routes.filter(hasId))("$method $path", (route) => {
  test("for another user's resource is 404", async () => {
    await expectProblem(await call(route, otherUser.token, ownerIds()), 404, "not-found")
  })

  test("for an unknown or a malformed id is 404", async () => {
    await expectProblem(await call(route, owner.token, unknown), 404, "not-found")
    await expectProblem(await call(route, owner.token, malformed), 404, "not-found")
  })
})

describe.each(routes.filter(({ body }) => body))("$method $path", (route) => {
  test("with malformed JSON is 400, with an invalid body 422, with another content type 415", async () => {
    const path = route.path.replace(":photoId", ownerIds().photoId)
    const headers = { authorization: `Bearer ${owner.token}`, "content-type": "application/json" }
    const raw = (body: string, type = "application/json") =>
      send(route.method, path, { headers: { ...headers, "content-type": type }, rawBody: body })
    await expectProblem(await raw("{"), 400, "malformed-body")
    for (const invalid of ["[]", "null", '"text"', "{}", '{"files":{},"labels":{},"items":{}}'])
      await expectProblem(await raw(invalid), 422, "validation-failed")
    await expectProblem(await raw("a=b", "application/x-www-form-urlencoded"), 415, "unsupported-media-type")
  })
})
