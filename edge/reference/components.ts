import { headerDescriptions, parameterDescriptions } from "../http/operation-docs.ts"
import { type ProblemType, problems, problemUrn } from "../http/problem.ts"
import type { JsonSchema, OpenApi } from "./openapi.ts"

const fieldError: JsonSchema = {
  type: "object",
  description: "One invalid field.",
  properties: {
    pointer: { type: "string", description: "JSON pointer (RFC 6901) to the field, as a URI fragment." },
    code: { type: "string", description: "Machine-readable reason." },
    detail: { type: "string", description: "Human-readable reason." },
  },
  required: ["pointer", "code", "detail"],
}

const problem: JsonSchema = {
  type: "object",
  description: "An RFC 9457 problem document. docs/problems.md lists every type.",
  properties: {
    type: { type: "string", format: "uri", description: "Stable identifier of the problem." },
    title: { type: "string", description: "Short summary, the same for every occurrence of the type." },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", description: "What happened and what to do about it." },
    errors: { type: "array", items: { $ref: "#/components/schemas/FieldError" } },
    traceId: {
      type: "string",
      pattern: "^[0-9a-f]{32}$",
      description: "Identifies the request in the logs. Include it when you report a problem.",
    },
  },
  required: ["type", "title", "status", "detail", "traceId"],
}

const mapEntries = <In, Out>(record: Record<string, In>, map: (value: In, key: string) => Out) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))

const exampleTraceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const exampleErrors = [{ pointer: "#/files/0/bytes", code: "invalid_type", detail: "Expected a number" }]

/** The components that every document has. */
export const commonComponents = (): OpenApi["components"] => ({
  schemas: { Problem: problem, FieldError: fieldError },
  headers: mapEntries(headerDescriptions, (description, name) => ({
    description,
    schema: { type: name === "Retry-After" ? "integer" : "string" },
  })),
  parameters: mapEntries(parameterDescriptions, (description, name) => ({
    name,
    in: "header" as const,
    required: false,
    description,
    schema: { type: "string" },
  })),
  examples: mapEntries(problems, ({ title, status, detail }, name) => ({
    summary: title,
    value: {
      type: problemUrn(name as ProblemType),
      title,
      status,
      detail,
      ...(name === "validation-failed" && { errors: exampleErrors }),
      traceId: exampleTraceId,
    },
  })),
  securitySchemes: {
    bearer: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description:
        "The `access_token` from `POST /auth/token`. Each operation lists the scope that it requires.",
    },
    session: {
      type: "apiKey",
      in: "cookie",
      name: "__Secure-refresh-token",
      description:
        "Cookie that `POST /auth/session` sets. On a local system without HTTPS it is `refresh-token`.",
    },
    basic: { type: "http", scheme: "basic", description: "Email address and password (RFC 7617)." },
  },
})
