import type { JsonSchema } from "./openapi.ts"

/** A member of a schema, as a line of a table: nested members are named by their path. */
export type SchemaRow = { name: string; type: string; isRequired: boolean; about: string }

/** A schema as a table. */
export const rowsOf = (schema: JsonSchema, schemas: Record<string, JsonSchema>, name = ""): SchemaRow[] => {
  const target = resolve(schema, schemas)
  if (target.anyOf)
    return target.anyOf.flatMap((variant, index) => [
      { name, type: index === 0 ? "either" : "or", isRequired: false, about: "" },
      ...rowsOf(variant, schemas, name),
    ])
  const required = target.required ?? []
  return Object.entries(target.properties ?? {}).flatMap(([key, member]) => {
    const path = name === "" ? key : `${name}.${key}`
    const row = {
      name: path,
      ...describeMember(resolve(member, schemas)),
      isRequired: required.includes(key),
    }
    return [row, ...nested(resolve(member, schemas), schemas, path)]
  })
}

/** What can be said of a schema in a word. */
export const typeOf = (schema: JsonSchema): string => {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ")
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ")
  if (schema.type === "array") return `list of ${schema.items ? typeOf(schema.items) : "anything"}`
  const type = typeof schema.type === "string" ? schema.type : (schema.type ?? ["anything"]).join(" or ")
  return schema.format === undefined ? type : `${type} (${schema.format})`
}

/** The bounds of a schema. */
export const limitsOf = (schema: JsonSchema): string =>
  [
    range("", schema.minimum, schema.maximum),
    range(" characters", schema.minLength, schema.maxLength),
    range(" items", schema.minItems, schema.maxItems),
    schema.pattern === undefined ? "" : `matches ${schema.pattern}`,
    schema.default === undefined ? "" : `default ${JSON.stringify(schema.default)}`,
  ]
    .filter((text) => text !== "")
    .join("; ")

const describeMember = (schema: JsonSchema) => ({
  type: typeOf(schema),
  about: [schema.description ?? "", limitsOf(schema)].filter((text) => text !== "").join(" "),
})

const nested = (schema: JsonSchema, schemas: Record<string, JsonSchema>, path: string): SchemaRow[] => {
  if (schema.type === "array" && schema.items) {
    const items = resolve(schema.items, schemas)
    return items.properties || items.anyOf?.some(hasMembers) ? rowsOf(items, schemas, `${path}[]`) : []
  }
  return hasMembers(schema) || schema.anyOf?.some(hasMembers) ? rowsOf(schema, schemas, path) : []
}

const hasMembers = ({ properties }: JsonSchema): boolean => properties !== undefined

const range = (unit: string, min: number | undefined, max: number | undefined): string => {
  if (min === undefined && max === undefined) return ""
  if (min === undefined) return `at most ${max}${unit}`
  return max === undefined ? `at least ${min}${unit}` : `${min} to ${max}${unit}`
}

const resolve = (schema: JsonSchema, schemas: Record<string, JsonSchema>): JsonSchema =>
  (schema.$ref === undefined ? undefined : schemas[schema.$ref.replace("#/components/schemas/", "")]) ??
  schema
