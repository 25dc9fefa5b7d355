/** JSON Schema (draft 2020-12), as far as we write it. */
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
}

export type Content = Record<string, { schema?: JsonSchema }>

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
}

/** An OpenAPI 3.1 document, as far as we write one. */
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
    securitySchemes: Record<string, object>
  }
}
