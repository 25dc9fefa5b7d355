import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from "jose"
import { beforeAll, describe, expect, test } from "vitest"
import { askReceipt as ask, endJob, sha256, store, storedJob } from "../../testing/stored-job.ts"
import {
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

const receiptOf = async (...parameters: Parameters<typeof ask>) => {
  const response = await ask(...parameters)
  expect(response.status).toBe(200)
  return response.json<ReceiptResponse>()
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

  test("of duplicates is safe while their originals are stored", async () => {
    const original = await newPhoto(user)
    await store(original.photoId, sha256(0xd0))
    const { jobId } = await newJob(user, [
      { ...jpeg(12, "again.jpg"), path: "Lisbon/Day 1", sha256: sha256(0xd0) },
    ])
    const { manifest } = await receiptOf(user, jobId)
    expect(manifest).toMatchObject({
      jobStatus: "COMPLETED",
      isSafe: true,
      counts: { total: 1, completed: 0, duplicate: 1 },
      items: [
        {
          outcome: "DUPLICATE",
          duplicateOf: original.photoId,
          isStored: true,
          path: "Lisbon/Day 1",
          filename: "again.jpg",
          sha256: sha256(0xd0),
        },
      ],
    })
    await send("DELETE", `/commands/photos/${original.photoId}`, { token: user.token })
    const later = (await receiptOf(user, jobId)).manifest
    expect(later).toMatchObject({ isSafe: false, items: [{ outcome: "DUPLICATE", isStored: false }] })
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
    const { jws } = await receiptOf(user, jobId, "", { variables })
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
