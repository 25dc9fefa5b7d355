import type * as z from "zod"
import type { Facts, HeaderName, SuccessResponse } from "../http/operation-docs.ts"
import { type ProblemType, problems, problemUrn } from "../http/problem.ts"
import { exampleOf } from "./example.ts"
import { exampleValues, operationValues } from "./example-values.ts"
import { jsonSchemaOf } from "./json-schema.ts"
import { descriptionOf, withDescriptions } from "./member-descriptions.ts"
import type {
  JsonSchema,
  MediaType,
  OperationObject,
  Parameter,
  Reference,
  ResponseObject,
} from "./openapi.ts"

/** A route with the facts that its middleware and handler declare. */
export type DescribedRoute = { method: string; path: string; facts: readonly Facts[] }

type Schemas = Record<string, JsonSchema>

/**
 * Creates the OpenAPI operation of a route. Adds the schemas that it refers to to `schemas`.
 * @throws Error for a route without `describeOperation`
 */
export const operationOf = ({ method, path, facts }: DescribedRoute, schemas: Schemas): OperationObject => {
  const all: Facts = Object.assign({}, ...facts)
  if (!all.operation) throw new Error(`${method} ${path} needs a describeOperation(…)`)
  const { id, tag, summary, description } = all.operation
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}`
  const parameters = [...pathParameters(all), ...queryParameters(all), ...headerParameters(all)]
  return {
    operationId: id,
    tags: [tagName(tag)],
    summary,
    ...(description !== undefined && { description }),
    security: securityOf(all),
    ...(parameters.length > 0 && { parameters }),
    ...(all.body && {
      requestBody: {
        // A body whose every member is optional may be omitted.
        required: !all.body.safeParse({}).success,
        content: { "application/json": contentOf(id, `${name}Request`, all.body, "request", schemas) },
      },
    }),
    ...(path.startsWith("/internal/") && { "x-internal": true }),
    responses: {
      ...successes(all, id, name, schemas),
      ...failures(
        method,
        all,
        facts.flatMap(({ problems: types = [] }) => types),
      ),
    },
  }
}

/** Returns a tag's display name. */
export const tagName = (tag: string): string => `${tag.charAt(0).toUpperCase()}${tag.slice(1)}`

/** Adds a schema to the document under its name and returns a reference to it, with an example. */
const contentOf = (
  operationId: string,
  name: string,
  schema: z.ZodType,
  direction: "request" | "response",
  schemas: Schemas,
): MediaType => {
  const converted = jsonSchemaOf(schema, direction === "request" ? "input" : "output")
  schemas[name] = withDescriptions(operationId, converted)
  return {
    schema: { $ref: `#/components/schemas/${name}` },
    example: exampleOf(operationId, converted, direction),
  }
}

const securityOf = ({ security }: Facts): OperationObject["security"] => {
  if (!security) return []
  return typeof security === "string" ? [{ [security]: [] }] : [{ bearer: [security.bearer] }]
}

const pathParameters = ({ path, operation }: Facts): Parameter[] =>
  membersOf(path).map(({ name, schema }) => ({
    ...parameterOf(operation?.id ?? "", name, "path", schema),
    required: true,
    ...(name in exampleValues && { example: exampleValues[name] }),
  }))

const queryParameters = ({ query, operation }: Facts): Parameter[] =>
  membersOf(query).map(({ name, required, schema }) => ({
    ...parameterOf(operation?.id ?? "", name, "query", schema),
    required,
  }))

const parameterOf = (
  operationId: string,
  name: string,
  place: "path" | "query",
  { description = descriptionOf(operationId, name), ...schema }: JsonSchema,
) => ({ name, in: place, ...(description !== undefined && { description }), schema })

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
  { responses = {}, isCached = false, isRateLimited = false }: Facts,
  operationId: string,
  name: string,
  schemas: Schemas,
): Record<string, ResponseObject> => {
  const common: HeaderName[] = [
    ...(isCached ? (["ETag"] as const) : []),
    ...(isRateLimited ? (["RateLimit", "RateLimit-Policy"] as const) : []),
  ]
  const isOnlyOne = Object.keys(responses).length === 1
  const described = Object.entries(responses).map(([status, success]): [string, ResponseObject] => [
    status,
    {
      description: success.description,
      ...headersOf([...common, ...(success.headers ?? [])]),
      ...bodyOf(success, operationId, isOnlyOne ? `${name}Response` : `${name}Response${status}`, schemas),
    },
  ])
  const unchanged = {
    description: "Not modified since the response with this `ETag`.",
    ...headersOf(["ETag"]),
  }
  return { ...Object.fromEntries(described), ...(isCached && { "304": unchanged }) }
}

const bodyOf = (
  { schema, name, contentType, otherContentTypes = [] }: SuccessResponse,
  operationId: string,
  defaultName: string,
  schemas: Schemas,
) => {
  const type = contentType ?? (schema ? "application/json" : undefined)
  if (type === undefined) return {}
  const content = schema
    ? contentOf(operationId, name ?? defaultName, schema, "response", schemas)
    : plainContent(operationId, type)
  const others = otherContentTypes.map((other) => [other, plainContent(operationId, other)])
  return { content: { [type]: content, ...Object.fromEntries(others) } }
}

/** Content without a schema of its own. Its example is the operation's value for the content type, if it has one. */
const plainContent = (operationId: string, contentType: string): MediaType => {
  const schema: JsonSchema = { type: contentType.endsWith("json") ? "object" : "string" }
  const example = operationValues[operationId]?.[contentType] ?? exampleOf(operationId, schema, "response")
  return { schema, example }
}

const failures = (method: string, facts: Facts, own: readonly ProblemType[]) => {
  const types = new Set<ProblemType>([
    ...own,
    ...(method === "get" ? [] : (["body-too-large", "unsupported-media-type"] as const)),
    ...(facts.isRateLimited ? (["rate-limited"] as const) : []),
    "internal-error",
    "timed-out",
  ])
  // In the order of the registry, so that the order of middleware does not change the document.
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
      examples: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/examples/${type}` }])),
    },
  },
})
