import { beforeAll, describe, expect, test } from "vitest"
import { askReceipt as ask, endJob, sha256, store, storedJob } from "../../testing/stored-job.ts"
import { expectProblem, newPhoto, newUser, rows, type TestUser } from "../../testing/test-api.ts"
import type { ReceiptResponse } from "./schema.ts"

let user: TestUser
let jobId: string
let photoIds: string[]
let manifestSha256: string
beforeAll(async () => {
  user = await newUser()
  const job = await storedJob(user)
  jobId = job.jobId
  photoIds = job.photoIds
  manifestSha256 = (await (await ask(user, jobId)).json<ReceiptResponse>()).manifestSha256
})

describe("the CSV representation", () => {
  test("has a row for each file and the hash of the manifest", async () => {
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
