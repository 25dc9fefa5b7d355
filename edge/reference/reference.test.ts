import { expect, test } from "vitest"
import { app } from "../app.ts"
import { factsOf } from "../http/operation-docs.ts"
import { problems, problemUrn } from "../http/problem.ts"
import { send } from "../testing/test-api.ts"
import { documentOf } from "./document.ts"

const document = documentOf(app)

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
)

test("every route is described", () => {
  const routes = new Set(
    app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`),
  )
  const described = app.routes.filter(({ handler }) => factsOf(handler).operation)
  expect(described.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([...routes].toSorted())
  expect(operations).toHaveLength(routes.size)
})

test("no two operations have the same id", () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test("every route behind a token says which scope it needs and how it refuses", () => {
  for (const { path, operation } of operations) {
    const scope = path.startsWith("/commands/") ? "photos:write" : "photos:read"
    if (!/^\/(commands|queries)\//.test(path)) continue
    expect(operation.security).toEqual([{ bearer: [scope] }])
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["401", "403", "500", "503"]))
  }
})

test("every problem is what some operation may answer, or what no operation is there for", () => {
  const text = JSON.stringify(document)
  const unmentioned = Object.keys(problems).filter(
    (type) => !text.includes(`${problemUrn(type as "not-found")}"`),
  )
  expect(["method-not-allowed"]).toEqual(expect.arrayContaining(unmentioned))
})

test("the document says what a caller sends, not what it is turned into", () => {
  expect(document.components.schemas.TagPhotoRequest?.properties?.labels?.items).toEqual({ type: "string" })
  const parameters = document.paths["/queries/photos"]?.get?.parameters
  expect(parameters).toContainEqual({
    name: "size",
    in: "query",
    required: false,
    schema: { type: "integer", minimum: 1, maximum: 100, default: 50 },
  })
})

test("the document is served", async () => {
  const response = await send("GET", "/openapi.json")
  expect(response.headers.get("content-type")).toBe("application/json")
  expect(await response.json()).toEqual(document)
})

test("the page shows every operation and can neither run nor fetch anything", async () => {
  const response = await send("GET", "/docs")
  const page = await response.text()
  for (const { operation } of operations) expect(page).toContain(`<article id="${operation.operationId}">`)
  expect(page).not.toContain("<script")
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\//)
  expect(response.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'/,
  )
})
