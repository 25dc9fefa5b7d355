import { expect, test } from "vitest"
import { app } from "../app.ts"
import { conformanceOf } from "./conformance.ts"
import { documentOf } from "./document.ts"

const check = conformanceOf(documentOf(app))
const path = "/commands/photos/photo-1/tags"
const json = (value: unknown, status = 200, contentType = "application/json") => ({
  status,
  contentType,
  text: JSON.stringify(value),
})
const problem = {
  type: "urn:rapid-photo-upload:problem:not-found",
  title: "Resource not found",
  status: 404,
  detail: "Check the id.",
  traceId: "0".repeat(32),
}

test("a response that matches the document passes", () => {
  expect(check("POST", path, json({ photoId: "photo-1", tags: ["sea"] }))).toBeNull()
  expect(check("POST", path, json(problem, 404, "application/problem+json"))).toBeNull()
})

test("a missing, wrong or undocumented member is reported", () => {
  expect(check("POST", path, json({ photoId: "photo-1" }))).toContain("tags")
  expect(check("POST", path, json({ photoId: "photo-1", tags: [1] }))).toContain("#/tags/0")
  expect(check("POST", path, json({ photoId: "photo-1", tags: [], more: 1 }))).toContain("more")
})

test("an undocumented status, media type or problem is reported", () => {
  expect(check("POST", path, json({}, 418))).toContain("tagPhoto 418 is not documented")
  expect(check("POST", path, json({}, 200, "text/html"))).toContain("text/html")
  const other = { ...problem, type: "urn:rapid-photo-upload:problem:email-taken" }
  expect(check("POST", path, json(other, 404, "application/problem+json"))).toContain("#/type")
})

test("an unknown path may only return an error", () => {
  expect(check("GET", "/nothing", json(problem, 404, "application/problem+json"))).toBeNull()
  expect(check("GET", "/nothing", json({}, 200))).toContain("not documented")
})
