import { exampleValues, operationValues } from "./example-values.ts"
import type { JsonSchema } from "./openapi.ts"

type Direction = "request" | "response"

/**
 * Creates an example of what an operation receives or returns, from the schema and the tables in example-values.ts.
 * A request has its required members and those in the operation's table; a response has all members.
 */
export const exampleOf = (operationId: string, schema: JsonSchema, direction: Direction): unknown => {
  const own = operationValues[operationId] ?? {}

  const exampleValue = (part: JsonSchema, path: string, name: string): unknown => {
    if (path in own) return own[path]
    const variant = part.anyOf?.find(({ type }) => type !== "null") ?? part
    if (variant.const !== undefined) return variant.const
    if (variant.properties) return membersOf(variant, path)
    if (variant.type === "array") return variant.items ? [exampleValue(variant.items, path, name)] : []
    if (name in exampleValues) return exampleValues[name]
    return defaultOf(variant)
  }

  const membersOf = ({ properties = {}, required = [] }: JsonSchema, path: string) => {
    const members = Object.entries(properties)
      .map(([name, member]) => ({ name, member, inner: path === "" ? name : `${path}.${name}` }))
      .filter(({ name, inner }) => direction === "response" || required.includes(name) || inner in own)
    return Object.fromEntries(
      members.map(({ name, member, inner }) => [name, exampleValue(member, inner, name)]),
    )
  }

  return exampleValue(schema, "", "")
}

/** The value of a member that no table contains: valid, but without meaning. */
const defaultOf = ({ default: preset, enum: choices, type, minimum }: JsonSchema): unknown => {
  if (preset !== undefined) return preset
  if (choices) return choices[0]
  const kind = Array.isArray(type) ? type[0] : type
  if (kind === "integer" || kind === "number") return minimum ?? 0
  if (kind === "boolean") return false
  return kind === "object" ? {} : "string"
}
