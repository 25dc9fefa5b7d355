import { Validator } from "@cfworker/json-schema"
import type { JsonSchema, OpenApi, ResponseObject } from "./openapi.ts"

/** An answer, read to its end. */
export type ReadAnswer = { status: number; contentType: string | null; text: string }

/**
 * Holds answers against the document: gives what is wrong with one, or null. Answers to paths that don't exist, and
 * to methods that a path does not have, are nobody's promise.
 */
export const conformanceOf = (document: OpenApi) => {
  const validators = new Map<string, Validator>()
  const paths = Object.entries(document.paths)
    .map(([template, methods]) => ({ template, methods, pattern: patternOf(template) }))
    // A literal segment is a better match than a parameter.
    .toSorted((a, b) => a.template.split("{").length - b.template.split("{").length)

  return (method: string, path: string, answer: ReadAnswer): string | null => {
    const candidates = paths.filter(({ pattern }) => pattern.test(path))
    const verb = method === "HEAD" ? "get" : method.toLowerCase()
    const found = candidates.find(({ methods }) => methods[verb])
    const operation = found?.methods[verb]
    if (!found || !operation)
      return isRefusal(method, answer.status) ? null : `${method} ${path} is not documented`

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
  if (!content) return text === "" ? null : `${name} has a body, and none is documented`
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
  const said = reasons.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join(" ")
  return `${name} is not as documented: ${said} In ${text.slice(0, 1000)}`
}

/** Keywords that only say that something inside is wrong. */
const wrappers = new Set(["$ref", "properties", "items", "allOf", "anyOf"])

/** What a path that is not there, or not under this method, may answer; a preflight succeeds. */
const isRefusal = (method: string, status: number): boolean =>
  (status >= 400 && status < 500) || (method === "OPTIONS" && status === 204)

// Nothing that is not documented may be sent, though callers are told not to mind.
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
