/** The part of JSON Schema (draft 2020-12) that the document uses. */
export type JsonSchema = {
  $ref?: string
  type?: string | readonly string[]
  format?: string
  pattern?: string
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  description?: string
  properties?: Record<string, JsonSchema>
  required?: readonly string[]
  additionalProperties?: boolean | JsonSchema
  propertyNames?: JsonSchema
  items?: JsonSchema
  anyOf?: readonly JsonSchema[]
  oneOf?: readonly JsonSchema[]
  allOf?: readonly JsonSchema[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}

export type Reference = { $ref: string }

export type Parameter = {
  name: string
  in: "path" | "query" | "header"
  required: boolean
  description?: string
  schema: JsonSchema
  example?: unknown
}

export type MediaType = {
  schema?: JsonSchema
  example?: unknown
  examples?: Record<string, Reference>
}

export type Content = Record<string, MediaType>

export type ResponseObject = {
  description: string
  headers?: Record<string, Reference>
  content?: Content
}

export type OperationObject = {
  operationId: string
  tags: readonly string[]
  summary: string
  description?: string
  security: readonly Record<string, readonly string[]>[]
  parameters?: readonly (Parameter | Reference)[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, ResponseObject>
  /** Not part of the public API: omitted from the reference. */
  "x-internal"?: true
}

/** The part of OpenAPI 3.1 that the document uses. */
export type OpenApi = {
  openapi: "3.1.1"
  info: {
    title: string
    version: string
    summary: string
    description: string
    license: { name: string; identifier: string }
  }
  servers: readonly { url: string; description: string }[]
  tags: readonly { name: string; description: string }[]
  paths: Record<string, Record<string, OperationObject>>
  components: {
    schemas: Record<string, JsonSchema>
    headers: Record<string, { description: string; schema: JsonSchema }>
    parameters: Record<string, Parameter>
    examples: Record<string, { summary: string; value: unknown }>
    securitySchemes: Record<string, object>
  }
}
