import { Validator } from "@cfworker/json-schema"
import type { JsonSchema, OpenApi, ResponseObject } from "./openapi.ts"

/** A response whose body was read. */
export type ReadResponse = { status: number; contentType: string | null; text: string }

/**
 * Compares responses with the document. Returns the differences, or null. The response to an unknown path, or to an
 * unknown method of a known path, may have any 4xx status.
 */
export const conformanceOf = (document: OpenApi) => {
  const validators = new Map<string, Validator>()
  const paths = Object.entries(document.paths)
    .map(([template, methods]) => ({ template, methods, pattern: patternOf(template) }))
    // A literal segment takes precedence over a parameter.
    .toSorted((a, b) => a.template.split("{").length - b.template.split("{").length)

  return (method: string, path: string, actual: ReadResponse): string | null => {
    const candidates = paths.filter(({ pattern }) => pattern.test(path))
    const verb = method === "HEAD" ? "get" : method.toLowerCase()
    const found = candidates.find(({ methods }) => methods[verb])
    const operation = found?.methods[verb]
    if (!found || !operation)
      return isErrorOrPreflight(method, actual.status) ? null : `${method} ${path} is not documented`

    const name = `${operation.operationId} ${actual.status}`
    const documented = operation.responses[String(actual.status)]
    if (!documented) return `${name} is not documented: ${actual.text.slice(0, 500)}`
    if (method === "HEAD") return null
    return contentMismatch(document, validators, name, documented, actual)
  }
}

const contentMismatch = (
  document: OpenApi,
  validators: Map<string, Validator>,
  name: string,
  { content }: ResponseObject,
  { contentType, text }: ReadResponse,
): string | null => {
  if (!content) return text === "" ? null : `${name} has an undocumented body`
  const type = contentType?.split(";")[0]?.trim() ?? ""
  const documented = content[type]
  if (!documented) return `${name} is ${type || "of no type"}, not ${Object.keys(content).join(" or ")}`
  if (!type.endsWith("json") || !documented.schema) return null

  const key = `${name} ${type}`
  const validator = validators.get(key) ?? validatorOf(documented.schema, document)
  validators.set(key, validator)
  const { valid, errors } = validator.validate(JSON.parse(text))
  if (valid) return null
  const reasons = errors.filter(({ keyword }) => !wrappers.has(keyword))
  const differences = reasons.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join(" ")
  return `${name} differs from the document: ${differences} In ${text.slice(0, 1000)}`
}

/** Keywords whose error only repeats that a nested schema failed. */
const wrappers = new Set(["$ref", "properties", "items", "allOf", "anyOf"])

/** Whether the response to an unknown path or method may have this status. A preflight request succeeds. */
const isErrorOrPreflight = (method: string, status: number): boolean =>
  (status >= 400 && status < 500) || (method === "OPTIONS" && status === 204)

// Callers must ignore unknown members, but the edge must not send members that the document does not have.
const validatorOf = (schema: JsonSchema, { components: { schemas } }: OpenApi): Validator => {
  const isResponse = schema.allOf === undefined && schema.$ref !== undefined
  const $defs = Object.fromEntries(
    Object.entries(schemas).map(([name, each]) => [name, isResponse ? withoutAdditionalMembers(each) : each]),
  )
  return new Validator(withLocalReferences({ ...schema, $defs }), "2020-12", false)
}

const withLocalReferences = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/"))

const withoutAdditionalMembers = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (_, value) =>
    isObjectSchema(value) && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  )

const isObjectSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  value.type === "object" &&
  "properties" in value

const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .split(/\{\w+\}/)
      .map((literal) => literal.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&"))
      .join("[^/]+")}$`,
  )
