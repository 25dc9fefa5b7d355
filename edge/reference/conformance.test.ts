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
  title: "gone",
  status: 404,
  traceId: "0".repeat(32),
}

test("an answer as documented is right", () => {
  expect(check("POST", path, json({ photoId: "photo-1", tags: ["sea"] }))).toBeNull()
  expect(check("POST", path, json(problem, 404, "application/problem+json"))).toBeNull()
})

test("a member that is missing, wrong or not documented is found", () => {
  expect(check("POST", path, json({ photoId: "photo-1" }))).toContain("tags")
  expect(check("POST", path, json({ photoId: "photo-1", tags: [1] }))).toContain("#/tags/0")
  expect(check("POST", path, json({ photoId: "photo-1", tags: [], more: 1 }))).toContain("more")
})

test("a status, a media type or a problem that is not documented is found", () => {
  expect(check("POST", path, json({}, 418))).toContain("tagPhoto 418 is not documented")
  expect(check("POST", path, json({}, 200, "text/html"))).toContain("text/html")
  const other = { ...problem, type: "urn:rapid-photo-upload:problem:email-taken" }
  expect(check("POST", path, json(other, 404, "application/problem+json"))).toContain("#/type")
})

test("a path that is not there is nobody's promise", () => {
  expect(check("GET", "/nothing", json(problem, 404, "application/problem+json"))).toBeNull()
  expect(check("GET", "/nothing", json({}, 200))).toContain("not documented")
})
