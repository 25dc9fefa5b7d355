import type { Answer, Facts, HeaderName } from "../http/operation-docs.ts"
import { type ProblemType, problems, problemUrn } from "../http/problem.ts"
import { jsonSchemaOf } from "./json-schema.ts"
import type { JsonSchema, OperationObject, Parameter, Reference, ResponseObject } from "./openapi.ts"

/** A route with all that its middleware and its handler know. */
export type DescribedRoute = { method: string; path: string; facts: readonly Facts[] }

type Schemas = Record<string, JsonSchema>

/**
 * The OpenAPI operation of a route; the schemas it names are put into `schemas`.
 * @throws Error for a route that nobody described
 */
export const operationOf = ({ method, path, facts }: DescribedRoute, schemas: Schemas): OperationObject => {
  const all: Facts = Object.assign({}, ...facts)
  if (!all.operation) throw new Error(`${method} ${path} is not described: give it a describeOperation(…)`)
  const { id, tag, summary, description } = all.operation
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}`
  const parameters = [...pathParameters(all), ...queryParameters(all), ...headerParameters(all)]
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: securityOf(all),
    ...(parameters.length > 0 && { parameters }),
    ...(all.body && {
      requestBody: {
        required: true,
        content: jsonContent(named(`${name}Request`, jsonSchemaOf(all.body, "input"), schemas)),
      },
    }),
    responses: {
      ...successes(all, name, schemas),
      ...failures(
        method,
        all,
        facts.flatMap(({ problems: types = [] }) => types),
      ),
    },
  }
}

const named = (name: string, schema: JsonSchema, schemas: Schemas): Reference => {
  schemas[name] = schema
  return { $ref: `#/components/schemas/${name}` }
}

const jsonContent = (schema: JsonSchema) => ({ "application/json": { schema } })

const securityOf = ({ security }: Facts): OperationObject["security"] => {
  if (!security) return []
  return security === "basic" ? [{ basic: [] }] : [{ bearer: [security.bearer] }]
}

const pathParameters = ({ path }: Facts): Parameter[] =>
  membersOf(path).map(({ name, schema }) => ({ name, in: "path", required: true, schema }))

const queryParameters = ({ query }: Facts): Parameter[] =>
  membersOf(query).map(({ name, required, schema: { description, ...schema } }) => ({
    name,
    in: "query",
    required,
    ...(description !== undefined && { description }),
    schema,
  }))

const membersOf = (schema: Facts["path"]) => {
  const { properties = {}, required = [] } = schema ? jsonSchemaOf(schema, "input") : {}
  return Object.entries(properties).map(([name, member]) => ({
    name,
    required: required.includes(name),
    schema: member,
  }))
}

const headerParameters = ({ parameters = [], isCached = false }: Facts): Reference[] =>
  [...(isCached ? (["If-None-Match"] as const) : []), ...parameters].map((name) => ({
    $ref: `#/components/parameters/${name}`,
  }))

const headersOf = (names: readonly HeaderName[]) =>
  names.length > 0 && {
    headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
  }

const successes = (
  { answers = {}, isCached = false, isRateLimited = false }: Facts,
  name: string,
  schemas: Schemas,
): Record<string, ResponseObject> => {
  const common: HeaderName[] = [
    ...(isCached ? (["ETag"] as const) : []),
    ...(isRateLimited ? (["RateLimit", "RateLimit-Policy"] as const) : []),
  ]
  const isOnlyOne = Object.keys(answers).length === 1
  const described = Object.entries(answers).map(([status, answer]): [string, ResponseObject] => [
    status,
    {
      description: answer.description,
      ...headersOf([...common, ...(answer.headers ?? [])]),
      ...contentOf(answer, isOnlyOne ? `${name}Response` : `${name}Response${status}`, schemas),
    },
  ])
  const unchanged = { description: "The answer that the caller has is still good.", ...headersOf(["ETag"]) }
  return { ...Object.fromEntries(described), ...(isCached && { "304": unchanged }) }
}

const contentOf = ({ schema, name, contentType }: Answer, defaultName: string, schemas: Schemas) => {
  if (schema)
    return {
      content: {
        [contentType ?? "application/json"]: {
          schema: named(name ?? defaultName, jsonSchemaOf(schema, "output"), schemas),
        },
      },
    }
  if (contentType === undefined) return {}
  return {
    content: { [contentType]: { schema: { type: contentType.endsWith("json") ? "object" : "string" } } },
  }
}

const failures = (method: string, facts: Facts, own: readonly ProblemType[]) => {
  const types = new Set<ProblemType>([
    ...own,
    ...(method === "get" ? [] : (["body-too-large", "unsupported-media-type"] as const)),
    ...(facts.isRateLimited ? (["rate-limited"] as const) : []),
    "internal-error",
    "timed-out",
  ])
  // In the order of the registry, so that the document doesn't change with the order of middleware.
  const ordered = Object.keys(problems).filter((type): type is ProblemType => types.has(type as ProblemType))
  const byStatus = Map.groupBy(ordered, (type) => problems[type].status)
  return Object.fromEntries(Array.from(byStatus, ([status, some]) => [String(status), failure(status, some)]))
}

const headersByStatus: Partial<Record<number, readonly HeaderName[]>> = {
  401: ["WWW-Authenticate"],
  429: ["Retry-After", "RateLimit", "RateLimit-Policy"],
  503: ["Retry-After"],
}

const failure = (status: number, types: readonly ProblemType[]): ResponseObject => ({
  description: types.map((type) => `\`${type}\`: ${problems[type].title}.`).join(" "),
  ...headersOf(headersByStatus[status] ?? []),
  content: {
    "application/problem+json": {
      schema: {
        allOf: [
          { $ref: "#/components/schemas/Problem" },
          {
            type: "object",
            properties: { type: { enum: types.map(problemUrn) }, status: { const: status } },
          },
        ],
      },
    },
  },
})
