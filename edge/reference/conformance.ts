import { Validator } from "@cfworker/json-schema"
import type { JsonSchema, OpenApi, ResponseObject } from "./openapi.ts"

/** An answer whose body was read. */
export type ReadAnswer = { status: number; contentType: string | null; text: string }

/**
 * Compares answers with the document. Returns what differs, or null. An unknown path, or an unknown method of a known
 * path, may answer with any 4xx.
 */
export const conformanceOf = (document: OpenApi) => {
  const validators = new Map<string, Validator>()
  const paths = Object.entries(document.paths)
    .map(([template, methods]) => ({ template, methods, pattern: patternOf(template) }))
    // A literal segment wins over a parameter.
    .toSorted((a, b) => a.template.split("{").length - b.template.split("{").length)

  return (method: string, path: string, answer: ReadAnswer): string | null => {
    const candidates = paths.filter(({ pattern }) => pattern.test(path))
    const verb = method === "HEAD" ? "get" : method.toLowerCase()
    const found = candidates.find(({ methods }) => methods[verb])
    const operation = found?.methods[verb]
    if (!found || !operation)
      return isErrorOrPreflight(method, answer.status) ? null : `${method} ${path} is not documented`

    const name = `${operation.operationId} ${answer.status}`
    const response = operation.responses[String(answer.status)]
    if (!response) return `${name} is not documented: ${answer.text.slice(0, 500)}`
    if (method === "HEAD") return null
    return wrongContent(document, validators, name, response, answer)
  }
}

const wrongContent = (
  document: OpenApi,
  validators: Map<string, Validator>,
  name: string,
  { content }: ResponseObject,
  { contentType, text }: ReadAnswer,
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

/** Whether an unknown path or method may answer with this status. A preflight request succeeds. */
const isErrorOrPreflight = (method: string, status: number): boolean =>
  (status >= 400 && status < 500) || (method === "OPTIONS" && status === 204)

// Callers must ignore unknown members, but the edge must not send any that the document lacks.
const validatorOf = (schema: JsonSchema, { components: { schemas } }: OpenApi): Validator => {
  const isAnswer = schema.allOf === undefined && schema.$ref !== undefined
  const $defs = Object.fromEntries(
    Object.entries(schemas).map(([name, each]) => [name, isAnswer ? closed(each) : each]),
  )
  return new Validator(moved({ ...schema, $defs }), "2020-12", false)
}

const moved = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/"))

const closed = (schema: JsonSchema): JsonSchema =>
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
