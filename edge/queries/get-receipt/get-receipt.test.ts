import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from "jose"
import { beforeAll, describe, expect, test } from "vitest"
import {
  complete,
  config,
  expectProblem,
  jpeg,
  newJob,
  newPhoto,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import { newKey, publicHalfOf } from "../../testing/test-tokens.ts"
import type { ReceiptResponse } from "./schema.ts"

const sha256 = (place: number) => place.toString(16).padStart(64, "0")

type Init = { headers?: Record<string, string>; variables?: Record<string, string> }

const ask = (user: TestUser, jobId: string, query = "", init: Init = {}) =>
  send("GET", `/queries/upload-jobs/${jobId}/receipt${query}`, { token: user.token, ...init })
const receiptOf = async (user: TestUser, jobId: string, init: Init = {}) => {
  const response = await ask(user, jobId, "", init)
  expect(response.status).toBe(200)
  return response.json<ReceiptResponse>()
}
const store = async (photoId: string, hash: string) => {
  await complete(photoId)
  await rows(`update photos set checksum = '${hash}' where photo_id = $1`, photoId)
}
const endJob = (jobId: string, status: string) =>
  rows(`update upload_jobs set status = '${status}', completed_at = now() where job_id = $1`, jobId)

/** A finished job of two stored photos. */
const storedJob = async (user: TestUser) => {
  const { jobId, items } = await newJob(user, [jpeg(12, "first.jpg"), jpeg(34, "second.jpg")])
  const photoIds = items.map(({ photoId }) => photoId)
  for (const [place, photoId] of photoIds.entries()) await store(photoId, sha256(place))
  await endJob(jobId, "COMPLETED")
  return { jobId, photoIds }
}

let user: TestUser
let jobId: string
let photoIds: string[]
beforeAll(async () => {
  user = await newUser()
  const job = await storedJob(user)
  jobId = job.jobId
  photoIds = job.photoIds
})

describe("a receipt", () => {
  test("states what is stored of each file, in the order of the files", async () => {
    const { manifest } = await receiptOf(user, jobId)
    expect(manifest).toMatchObject({
      version: 1,
      issuer: config.jwt.issuer,
      userId: user.userId,
      jobId,
      jobStatus: "COMPLETED",
      counts: { total: 2, completed: 2, duplicate: 0, failed: 0, cancelled: 0, deleted: 0 },
      isSafe: true,
    })
    expect(manifest.items).toMatchObject([
      {
        photoId: photoIds[0],
        filename: "first.jpg",
        sha256: sha256(0),
        bytes: 12,
        outcome: "COMPLETED",
        isStored: true,
        duplicateOf: null,
        reason: null,
        deletedAt: null,
      },
      { photoId: photoIds[1], filename: "second.jpg", sha256: sha256(1), bytes: 34, isStored: true },
    ])
  })

  test("is a JWS of the manifest that the published keys verify, and that is no access token", async () => {
    const { manifest, manifestSha256, jws } = await receiptOf(user, jobId)
    const jwks = await (await send("GET", "/.well-known/jwks.json")).json<
      Parameters<typeof createLocalJWKSet>[0]
    >()
    const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(jwks))
    expect(protectedHeader).toEqual({ alg: "RS256", kid: config.jwt.signingKey.kid, typ: "receipt+jws" })
    expect(new TextDecoder().decode(payload)).toBe(JSON.stringify(manifest))
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", payload))
    expect(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(manifestSha256)
    await expectProblem(await send("GET", "/queries/photos", { token: jws }), 401, "unauthenticated")
  })

  test("says why a file is not stored, and is not safe", async () => {
    const { jobId, items } = await newJob(user, [jpeg(), jpeg(), { ...jpeg(), sha256: sha256(7) }])
    const [stored = "", failed = "", cancelled = ""] = items.map(({ photoId }) => photoId)
    await store(stored, sha256(5))
    await rows(
      `update photos set status = 'FAILED', failure_reason = 'CORRUPT', failure_detail = 'The picture ends early.',
         completed_at = now() where photo_id = $1`,
      failed,
    )
    await send("DELETE", `/commands/photos/${cancelled}`, { token: user.token })
    await endJob(jobId, "COMPLETED_WITH_ERRORS")
    const { manifest } = await receiptOf(user, jobId)
    expect(manifest).toMatchObject({
      isSafe: false,
      counts: { total: 3, completed: 1, failed: 1, cancelled: 1 },
      items: [
        { outcome: "COMPLETED", isStored: true },
        {
          outcome: "FAILED",
          isStored: false,
          sha256: null,
          reason: { code: "CORRUPT", detail: "The picture ends early." },
        },
        { outcome: "CANCELLED", isStored: false, sha256: sha256(7), reason: null },
      ],
    })
  })

  test("is no longer safe when a photo is deleted later", async () => {
    const job = await storedJob(user)
    const before = await receiptOf(user, job.jobId)
    await send("DELETE", `/commands/photos/${job.photoIds[0]}`, { token: user.token })
    const { manifest, manifestSha256 } = await receiptOf(user, job.jobId)
    expect(manifest).toMatchObject({ isSafe: false, counts: { total: 2, completed: 2, deleted: 1 } })
    expect(manifest.items).toMatchObject([
      { outcome: "COMPLETED", isStored: false, deletedAt: expect.any(String) },
      { isStored: true, deletedAt: null },
    ])
    expect(manifestSha256).not.toBe(before.manifestSha256)
  })

  test("is 304 until it changes, for each representation", async () => {
    const job = await storedJob(user)
    const held = async (query: string) => ({
      "if-none-match": (await ask(user, job.jobId, query)).headers.get("etag") ?? "",
    })
    const json = await held("")
    expect((await ask(user, job.jobId, "", { headers: json })).status).toBe(304)
    expect((await ask(user, job.jobId, "?format=csv", { headers: json })).status).toBe(200)
    await send("DELETE", `/commands/photos/${job.photoIds[0]}`, { token: user.token })
    expect((await ask(user, job.jobId, "", { headers: json })).status).toBe(200)
  })

  test("of a job that is not finished is a problem", async () => {
    const { jobId: open } = await newJob(user)
    await expectProblem(await ask(user, open), 409, "job-not-finished")
  })
})

describe("the keys of receipts", () => {
  test("ES256 signs as well", async () => {
    const key = await newKey("ES256")
    const variables = {
      JWT_SIGNING_KEY: JSON.stringify(key),
      JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [config.jwt.signingKey] }),
    }
    const { jws } = await receiptOf(user, jobId, { variables })
    expect(decodeProtectedHeader(jws)).toEqual({ alg: "ES256", kid: key.kid, typ: "receipt+jws" })
  })

  test("under HS256 every representation is refused, with what to configure", async () => {
    const variables = {
      JWT_SIGNING_KEY: JSON.stringify(await newKey("HS256")),
      JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [config.jwt.signingKey] }),
    }
    for (const query of ["", "?format=csv", "?format=html"]) {
      const problem = await expectProblem(
        await ask(user, jobId, query, { variables }),
        501,
        "receipts-not-configured",
      )
      expect(problem.detail).toContain("RS256 or ES256")
    }
  })

  test("stay published when they are retired: old receipts verify, tokens do not", async () => {
    const { jws } = await receiptOf(user, jobId)
    const key = await newKey("ES256")
    const variables = {
      JWT_SIGNING_KEY: JSON.stringify(key),
      RETIRED_SIGNING_KEYS: JSON.stringify({ keys: [publicHalfOf(config.jwt.signingKey)] }),
    }
    const response = await send("GET", "/.well-known/jwks.json", { variables })
    const jwks = await response.json<Parameters<typeof createLocalJWKSet>[0]>()
    expect(jwks.keys.map(({ kid }) => kid)).toEqual([key.kid, config.jwt.signingKey.kid])
    expect(JSON.stringify(jwks)).not.toContain('"d"')
    expect((await compactVerify(jws, createLocalJWKSet(jwks))).protectedHeader.alg).toBe("RS256")
    const rejected = await send("GET", "/queries/photos", { token: user.token, variables })
    await expectProblem(rejected, 401, "unauthenticated")
  })
})

describe("the CSV representation", () => {
  test("has a row for each file and the hash of the manifest", async () => {
    const { manifestSha256 } = await receiptOf(user, jobId)
    const response = await ask(user, jobId, "?format=csv")
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present")
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="receipt-${jobId}.csv"`)
    const lines = (await response.text()).split("\r\n")
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(/^photoId,path,filename,sha256,.*,manifestSha256$/)
    expect(lines[1]).toContain(`${photoIds[0]},,first.jpg,${sha256(0)},12,COMPLETED,,true,`)
    for (const line of lines.slice(1, 3)) expect(line.endsWith(`,${manifestSha256}`)).toBe(true)
  })

  test.each([
    ["=cmd()", "'=cmd()"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ["＝x", "'＝x"],
    ["a,b", '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['=1+"2",3', '"\'=1+""2"",3"'],
    ["a\r\nb", '"a\r\nb"'],
    ["plain", "plain"],
  ])("writes %j as %j", async (filename, cell) => {
    const { photoId } = await newPhoto(user)
    await store(photoId, sha256(1))
    const client = await rows(
      `update photos set filename = convert_from(decode('${btoa(String.fromCharCode(...new TextEncoder().encode(filename)))}', 'base64'), 'UTF8')
       where photo_id = $1 returning job_id as "jobId"`,
      photoId,
    )
    const job = String(client[0]?.jobId)
    await endJob(job, "COMPLETED")
    const text = await (await ask(user, job, "?format=csv")).text()
    expect(text).toContain(`${photoId},,${cell},${sha256(1)}`)
  })
})

describe("the HTML representation", () => {
  test("is for browsers, names the hash of the manifest and runs no script", async () => {
    const { manifestSha256 } = await receiptOf(user, jobId)
    const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    const response = await ask(user, jobId, "", { headers: { accept } })
    expect(response.headers.get("content-type")).toBe("text/html; charset=UTF-8")
    expect(response.headers.get("vary")).toContain("Accept")
    const policy = response.headers.get("content-security-policy") ?? ""
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'/)
    expect(policy).not.toContain("script-src")
    const text = await response.text()
    expect(text).toContain(manifestSha256)
    expect(text).toContain("All 2 photos are safely stored.")
    expect(text).not.toMatch(/<script|\son\w+=|style=/i)
    const style = new TextEncoder().encode(/<style>(.*)<\/style>/s.exec(text)?.[1] ?? "")
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", style))
    expect(policy).toContain(`'sha256-${btoa(String.fromCharCode(...digest))}'`)
  })

  test("escapes filenames, and says when photos are not stored", async () => {
    const { photoId } = await newPhoto(user)
    const [photo] = await rows(
      `update photos set filename = '<img src=x onerror=alert(1)>&"', status = 'FAILED', failure_reason = 'CORRUPT'
       where photo_id = $1 returning job_id as "jobId"`,
      photoId,
    )
    const job = String(photo?.jobId)
    await endJob(job, "FAILED")
    const text = await (await ask(user, job, "?format=html")).text()
    expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;")
    expect(text).not.toContain("<img")
    expect(text).toContain("0 of 1 photos are safely stored. Keep the originals of the others.")
  })

  test.each([
    [undefined, "application/json"],
    ["*/*", "application/json"],
    ["text/csv", "text/csv"],
    ["text/csv;q=0.5, application/json", "application/json"],
    ["image/png", "application/json"],
  ])("Accept: %s gives %s", async (accept, type) => {
    const response = await ask(user, jobId, "", accept === undefined ? {} : { headers: { accept } })
    expect(response.headers.get("content-type")).toContain(type)
  })

  test("an unknown format is rejected", async () => {
    await expectProblem(await ask(user, jobId, "?format=pdf"), 422, "validation-failed")
  })
})
