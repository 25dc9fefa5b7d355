import { createHash, createPublicKey, type JsonWebKey } from "node:crypto"
import jws from "jws"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { ReceiptResponse } from "../edge/queries/get-receipt/schema.ts"
import { smallPhotos } from "./photo-files.ts"
import {
  authorizedFetch,
  newAccount,
  type RunningSystem,
  runSystem,
  signedInUser,
  uploadAll,
} from "./running-system.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem()
})
afterAll(() => system?.end())

// Verified with the package jws, which shares no code with the edge: the edge signs with jose.
const verifies = async (signature: string): Promise<boolean> => {
  const { alg, kid } = jws.decode(signature)?.header ?? {}
  const response = await fetch(`${system.edgeUrl}/.well-known/jwks.json`)
  const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid: string })[] }
  const key = keys.find((each) => each.kid === kid)
  if (!key || !alg) throw new Error("the receipt's key is not published")
  const pem = createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" })
  return jws.verify(signature, alg, String(pem))
}

/** A compact JWS with one bit of a byte changed. */
const withChangedByte = (signature: string, part: 1 | 2, place: number): string => {
  const parts = signature.split(".")
  const bytes = Buffer.from(parts[part] ?? "", "base64url")
  bytes[place] = (bytes[place] ?? 0) ^ 1
  return parts.with(part, bytes.toString("base64url")).join(".")
}

test("a receipt of uploaded photos verifies with an independent library, and not with a changed byte", async () => {
  const account = newAccount()
  const api = await signedInUser(system.edgeUrl, account)
  const files = await smallPhotos(3)
  const { job } = await uploadAll(api, files)
  const send = await authorizedFetch(system.edgeUrl, account)

  const response = await send("GET", `/queries/upload-jobs/${job.jobId}/receipt`)
  const receipt = (await response.json()) as ReceiptResponse
  expect(await verifies(receipt.jws)).toBe(true)

  const payload = Buffer.from(receipt.jws.split(".")[1] ?? "", "base64url")
  for (const place of [0, 100, payload.length - 1])
    expect(await verifies(withChangedByte(receipt.jws, 1, place))).toBe(false)
  expect(await verifies(withChangedByte(receipt.jws, 2, 10))).toBe(false)

  expect(JSON.parse(payload.toString())).toEqual(receipt.manifest)
  expect(createHash("sha256").update(payload).digest("hex")).toBe(receipt.manifestSha256)
  const hashes = await Promise.all(
    files.map(async ({ content }) =>
      createHash("sha256")
        .update(await content.bytes())
        .digest("hex"),
    ),
  )
  expect(receipt.manifest).toMatchObject({ isSafe: true, jobStatus: "COMPLETED" })
  expect(receipt.manifest.items.map(({ sha256 }) => sha256)).toEqual(hashes)

  const verified = await send("POST", "/queries/verify", { sha256: [...hashes, "0".repeat(64)] })
  const { items } = (await verified.json()) as { items: { isStored: boolean; photoId: string | null }[] }
  expect(items.map(({ photoId }) => photoId)).toEqual([
    ...receipt.manifest.items.map(({ photoId }) => photoId),
    null,
  ])

  for (const [format, type] of [
    ["csv", "text/csv"],
    ["html", "text/html"],
  ]) {
    const copy = await send("GET", `/queries/upload-jobs/${job.jobId}/receipt?format=${format}`)
    expect(copy.headers.get("content-type")).toContain(type)
    expect(await copy.text()).toContain(receipt.manifestSha256)
  }
})
