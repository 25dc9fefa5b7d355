import { headerAbout, parameterAbout } from "../http/operation-docs.ts"
import type { JsonSchema, OpenApi } from "./openapi.ts"

const fieldError: JsonSchema = {
  type: "object",
  description: "What is wrong with one field.",
  properties: {
    pointer: { type: "string", description: "Where: a JSON pointer (RFC 6901) as a URI fragment." },
    code: { type: "string", description: "For programs." },
    detail: { type: "string", description: "For people." },
  },
  required: ["pointer", "code", "detail"],
}

const problem: JsonSchema = {
  type: "object",
  description: "RFC 9457. `type` is stable and for programs; docs/problems.md lists them all.",
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string", description: "Never varies for a type." },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", description: "What happened this time and what to do about it." },
    errors: { type: "array", items: { $ref: "#/components/schemas/FieldError" } },
    traceId: { type: "string", pattern: "^[0-9a-f]{32}$", description: "Tell it to us when you ask." },
  },
  required: ["type", "title", "status", "traceId"],
}

const mapEntries = <In, Out>(record: Record<string, In>, map: (value: In, key: string) => Out) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))

/** What every document has, whatever its routes. */
export const commonComponents = (): OpenApi["components"] => ({
  schemas: { Problem: problem, FieldError: fieldError },
  headers: mapEntries(headerAbout, (description, name) => ({
    description,
    schema: { type: name === "Retry-After" ? "integer" : "string" },
  })),
  parameters: mapEntries(parameterAbout, (description, name) => ({
    name,
    in: "header" as const,
    required: false,
    description,
    schema: { type: "string" },
  })),
  securitySchemes: {
    bearer: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "The access token that POST /auth/token gives. Each operation names the scope it needs.",
    },
    basic: { type: "http", scheme: "basic", description: "E-mail address and password (RFC 7617)." },
  },
})
