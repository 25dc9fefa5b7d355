import { Validator } from "@cfworker/json-schema"
import { expect, test } from "vitest"
import { app } from "../app.ts"
import { factsOf } from "../http/operation-docs.ts"
import { problems, problemUrn } from "../http/problem.ts"
import { documentOf } from "./document.ts"
import type { Content, JsonSchema } from "./openapi.ts"

const document = documentOf(app)

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
)

/** Every body of every operation: requests and successful responses. */
const bodies = operations.flatMap(({ operation }) => {
  const { operationId, requestBody, responses } = operation
  const successes = Object.entries(responses)
    .filter(([status]) => Number(status) < 400)
    .flatMap(([status, { content = {} }]) => mediaTypes(`${operationId} ${status}`, content))
  return [...mediaTypes(`${operationId} request`, requestBody?.content ?? {}), ...successes]
})

function mediaTypes(name: string, content: Content) {
  return Object.entries(content).map(([contentType, mediaType]) => ({ name, contentType, ...mediaType }))
}

test("every route is documented, except the pages for people", () => {
  const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
  const pages = new Set(app.routes.filter(({ handler }) => factsOf(handler).isPage).map(nameOf))
  const routes = new Set(
    app.routes.filter((route) => route.method !== "ALL" && !pages.has(nameOf(route))).map(nameOf),
  )
  const described = app.routes.filter(({ handler }) => factsOf(handler).operation)
  expect(described.map(nameOf).toSorted()).toEqual([...routes].toSorted())
  expect(operations).toHaveLength(routes.size)
})

test("operation ids are unique", () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test("every route that requires a token documents its scope and its errors", () => {
  for (const { path, operation } of operations) {
    const scope = path.startsWith("/commands/") ? "photos:write" : "photos:read"
    if (!/^\/(commands|queries)\//.test(path)) continue
    expect(operation.security).toEqual([{ bearer: [scope] }])
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["401", "403", "500", "503"]))
  }
})

test("every problem is documented by an operation, except the one for unknown methods", () => {
  const text = JSON.stringify(document.paths)
  const undocumented = Object.keys(problems).filter(
    (type) => !text.includes(`${problemUrn(type as "not-found")}"`),
  )
  expect(["method-not-allowed"]).toEqual(expect.arrayContaining(undocumented))
})

test("schemas describe what a caller sends, before transforms", () => {
  expect(document.components.schemas.TagPhotoRequest?.properties?.labels?.items).toMatchObject({
    type: "string",
  })
  const parameters = document.paths["/queries/photos"]?.get?.parameters
  expect(parameters).toContainEqual(
    expect.objectContaining({
      name: "size",
      in: "query",
      schema: { type: "integer", minimum: 1, maximum: 100, default: 50 },
    }),
  )
  expect(parameters).toContainEqual(
    expect.objectContaining({ name: "page", schema: { type: "integer", minimum: 0 } }),
  )
})

test("every parameter and every member has a description", () => {
  const parameters = operations.flatMap(({ operation: { operationId, parameters = [] } }) =>
    parameters.flatMap((each) => ("$ref" in each || each.description ? [] : [`${operationId}?${each.name}`])),
  )
  const membersWithout = (schema: JsonSchema, path: string): string[] => [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
      ...(member.description || member.$ref ? [] : [`${path}.${name}`]),
      ...membersWithout(member, `${path}.${name}`),
    ]),
    ...[schema.items ?? [], schema.anyOf ?? [], schema.oneOf ?? []]
      .flat()
      .flatMap((each) => membersWithout(each, path)),
  ]
  const members = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
    name === "Problem" ? [] : membersWithout(schema, name),
  )
  expect([...parameters, ...members]).toEqual([])
})

test("every request and every successful response has an example", () => {
  expect(bodies.length).toBeGreaterThan(30)
  expect(bodies.filter(({ example }) => example === undefined).map(({ name }) => name)).toEqual([])
})

test("every example is valid against its schema", () => {
  const $defs = document.components.schemas
  for (const { name, contentType, schema, example } of bodies.filter(({ contentType }) =>
    contentType.endsWith("json"),
  )) {
    const text = JSON.stringify({ ...schema, $defs }).replaceAll("#/components/schemas/", "#/$defs/")
    const { valid, errors } = new Validator(JSON.parse(text), "2020-12", false).validate(example)
    expect({ name, contentType, errors: valid ? [] : errors }).toEqual({ name, contentType, errors: [] })
  }
})

test("no example contains a placeholder instead of a value", () => {
  // A new member without an entry in example-values.ts becomes "string".
  const placeholders = bodies.filter(({ example }) => JSON.stringify(example)?.includes('"string"'))
  expect(placeholders.map(({ name }) => name)).toEqual([])
})

test("every error of every operation refers to an example", () => {
  for (const { operation } of operations)
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue
      const { examples = {} } = content["application/problem+json"] ?? {}
      expect(Object.keys(examples).length).toBeGreaterThan(0)
      for (const name of Object.keys(examples)) expect(document.components.examples).toHaveProperty([name])
    }
})
