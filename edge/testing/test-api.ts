import { createExecutionContext } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { importJWK, SignJWT } from "jose"
import postgres from "postgres"
import { expect, vi } from "vitest"
import { app } from "../app.ts"
import type { TokenResponse } from "../auth/token-schema.ts"
import type { CreateUploadJobResponse } from "../commands/create-upload-job/schema.ts"
import { configOf } from "../config.ts"
import { newId } from "../new-id.ts"
import { conformanceOf } from "../reference/conformance.ts"
import { documentOf } from "../reference/document.ts"

/** The Worker's configuration in tests, as bound by vitest.config.ts. */
export const config = configOf(env)

/** A registered user with an access token. */
export type TestUser = {
  userId: string
  email: string
  password: string
  token: string
  refreshToken: string
}

/** Sends a request to the app inside workerd and validates the response against the OpenAPI document. */
export const send = async (
  method: string,
  path: string,
  init: {
    token?: string
    body?: unknown
    /** A body that may be anything, also invalid JSON. */
    rawBody?: string
    headers?: Record<string, string>
    /** Variables of the Worker to change for this request. */
    variables?: Record<string, string>
    /** The whole environment, for requests that must share the state cached for it. */
    env?: object
  } = {},
) => {
  const response = await app.request(
    path,
    {
      method,
      headers: {
        ...(init.token !== undefined && { authorization: `Bearer ${init.token}` }),
        ...(init.body !== undefined && { "content-type": "application/json" }),
        ...init.headers,
      },
      ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
      ...(init.rawBody !== undefined && { body: init.rawBody }),
    },
    init.env ?? (init.variables ? variablesOf(init.variables) : env),
    createExecutionContext(),
  )
  return assertDocumented(method, path, response)
}

const checkResponse = conformanceOf(documentOf(app))

/** @throws Error when the OpenAPI document does not describe the response */
const assertDocumented = async (method: string, path: string, response: Response): Promise<Response> => {
  const contentType = response.headers.get("content-type")
  const isStream = response.status === 101 || (contentType?.startsWith("text/event-stream") ?? false)
  const text = isStream || response.body === null ? null : await response.text()
  const { pathname } = new URL(path, "http://localhost")
  const mismatch = checkResponse(method, pathname, { status: response.status, contentType, text: text ?? "" })
  if (mismatch) throw new Error(`The response does not match the OpenAPI document: ${mismatch}`)
  return text === null ? response : new Response(text, response)
}

/** Returns the Worker's environment with some variables changed. */
export const variablesOf = (variables: Record<string, string>): object => ({ ...env, ...variables })

/** Registers a new user and signs in. */
export const newUser = async (): Promise<TestUser> => {
  const email = `${crypto.randomUUID()}@example.com`
  const password = "correct horse battery staple"
  // A unique address, so that tests do not share sign-in limits.
  const headers = { "cf-connecting-ip": crypto.randomUUID() }
  const registered = await send("POST", "/auth/register", { body: { email, password }, headers })
  const { userId } = await registered.json<{ userId: string }>()
  const response = await send("POST", "/auth/token", {
    headers: { ...headers, authorization: `Basic ${btoa(`${email}:${password}`)}` },
  })
  const { access_token: token, refresh_token: refreshToken } = await response.json<TokenResponse>()
  return { userId, email, password, token, refreshToken }
}

/** Signs a valid access token with the given claims and header members changed. */
export const forgeToken = async (
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key = config.jwt.signingKey,
): Promise<string> => {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: config.jwt.issuer,
    aud: config.jwt.audience,
    sub: newId.user(),
    scope: "photos:read photos:write",
    iat: now,
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: key.kid, ...header })
    .sign(await importJWK(key, "RS256"))
}

/**
 * Runs `change` in a transaction and starts `work`. Commits the transaction once `work` waits for its row locks, and
 * returns the result of `work`. `$1` is the only parameter.
 */
export const duringChange = async <Outcome>(
  change: string,
  parameter: string,
  work: () => Promise<Outcome>,
): Promise<Outcome> => {
  const open = () => postgres(config.databaseUrl, { max: 1, fetch_types: false })
  const holder = open()
  const observer = open()
  await holder.unsafe("begin")
  const [row] = await holder.unsafe(`${change} returning pg_backend_pid() as pid`, [parameter])
  const pid = Number(row?.pid)
  const outcome = work()
  await vi.waitFor(async () => {
    const waiting =
      await observer`select from pg_stat_activity where ${pid}::int = any(pg_blocking_pids(pid))`
    expect(waiting.length).toBeGreaterThan(0)
  })
  await holder.unsafe("commit")
  return outcome
}

/** Runs a query in the database; `$1` is the only parameter. */
export const rows = async (query: string, parameter: string): Promise<Record<string, unknown>[]> => {
  const client = postgres(config.databaseUrl, { max: 1, fetch_types: false })
  return [...(await client.unsafe(query, [parameter]))]
}

/** Asserts the members that every problem document has. */
export const expectProblem = async (response: Response, status: number, slug: string) => {
  const problem = await response.json<Record<string, unknown>>()
  expect(problem).toMatchObject({ type: `urn:rapid-photo-upload:problem:${slug}`, status })
  expect(problem.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(problem.title).toEqual(expect.any(String))
  expect(response.status).toBe(status)
  expect(response.headers.get("content-type")).toBe("application/problem+json")
  return problem
}

/** Returns the declaration of a small JPEG. */
export const jpeg = (bytes = 12, filename = "IMG_001.jpg") => ({ filename, mimeType: "image/jpeg", bytes })

/** Creates a job of the files and returns the response. */
export const newJob = async (
  user: TestUser,
  files: object[] = [jpeg()],
  more: object = {},
): Promise<CreateUploadJobResponse> => {
  const response = await send("POST", "/commands/upload-jobs", {
    token: user.token,
    body: { files, ...more },
  })
  expect(response.status).toBe(201)
  return response.json()
}

/** Creates a job of one file and returns its item. */
export const newPhoto = async (user: TestUser, file: object = jpeg(), more: object = {}) => {
  const { items } = await newJob(user, [file], more)
  const [item] = items
  if (!item) throw new Error("no item")
  return item
}

/** PUTs bytes to a presigned URL and returns the status. */
export const put = async (
  request: { presignedUrl: string | null; headers: Record<string, string> },
  body: Uint8Array<ArrayBuffer> | string = "twelve bytes",
): Promise<number> => {
  const response = await fetch(request.presignedUrl ?? "", {
    method: "PUT",
    headers: request.headers,
    body,
  })
  await response.body?.cancel()
  return response.status
}

/** Marks a photo COMPLETED with the fields that queries return, without the processor. */
export const complete = async (photoId: string): Promise<void> => {
  await rows(
    `update photos set status = 'COMPLETED', completed_at = now(), width = 4032, height = 3024, thumbhash = 'IQgOBgAnd3h4',
       exif_json = '{"make": "Apple", "model": "iPhone 15", "dateTimeOriginal": "2026-05-04T10:11:12"}',
       thumbnails = '[{"variant": 1024, "width": 1024, "height": 768, "bytes": 90000},
                      {"variant": 256, "width": 256, "height": 192, "bytes": 9000}]'
     where photo_id = $1`,
    photoId,
  )
}
