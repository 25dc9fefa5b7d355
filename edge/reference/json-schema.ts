import * as z from "zod"
import type { JsonSchema } from "./openapi.ts"

/** Returns the JSON Schema of what a caller sends (`input`) or receives (`output`). */
export const jsonSchemaOf = (schema: z.ZodType, io: "input" | "output"): JsonSchema => {
  const { $schema, ...converted } = z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => simplify(zodSchema, jsonSchema as JsonSchema, io),
  })
  return converted as JsonSchema
}

/** Matches the pattern of a whole number of limited length. */
const digits = /^\^\\d\{1,\d+\}\$$/

const simplify = (zodSchema: z.core.$ZodType, schema: JsonSchema, io: "input" | "output"): void => {
  const { def } = zodSchema._zod as z.core.$ZodTypes["_zod"]
  // A query contains numbers as text; the document describes them as numbers.
  if (io === "input" && def.type === "pipe" && (schema.type === "string" || schema.type === "integer")) {
    const result = z.toJSONSchema(def.out, { io: "output", unrepresentable: "any" }) as JsonSchema
    if (result.type === "number" || result.type === "integer") {
      delete schema.pattern
      const { minimum = 0, maximum } = result
      Object.assign(schema, { type: "integer", minimum, ...(maximum !== undefined && { maximum }) })
    }
  }
  if (io === "input" && digits.test(schema.pattern ?? "")) {
    delete schema.pattern
    Object.assign(schema, { type: "integer", minimum: 0 })
  }
  if (def.type === "default" && schema.type === "integer") schema.default = def.defaultValue
  // A format is shorter than zod's pattern for it. The bounds of safe integers are omitted.
  if (schema.format !== undefined) delete schema.pattern
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.const !== undefined) delete schema.type
  // Responses may get additional members later, so the document allows them.
  if (schema.additionalProperties === false) delete schema.additionalProperties
}
