import { zValidator } from "@hono/zod-validator"
import { createMiddleware } from "hono/factory"
import type * as z from "zod"
import type { EdgeEnv } from "./context.ts"
import { withFacts } from "./operation-docs.ts"
import { type FieldError, type ProblemFacts, problem } from "./problem.ts"

/** A request with invalid fields. Thrown by the validators, whose hooks do not have the type of our context. */
export class InvalidBody extends Error {
  override name = "InvalidBody"
  readonly errors: readonly FieldError[]

  constructor(errors: readonly FieldError[]) {
    super("invalid request")
    this.errors = errors
  }
}

/** A path with a malformed id: the resource does not exist. */
export class UnknownId extends Error {
  override name = "UnknownId"
}

/** Parses the body. @throws InvalidBody with a pointer to each invalid field */
export const validJson = <Schema extends z.ZodType>(schema: Schema) =>
  withFacts(
    zValidator("json", schema, (result) => {
      if (!result.success) throw new InvalidBody(result.error.issues.map(toFieldError))
    }),
    { body: schema, problems: ["malformed-body", "validation-failed"] },
  )

/** Parses the path. @throws UnknownId */
export const validParam = <Schema extends z.ZodType>(schema: Schema) =>
  withFacts(
    zValidator("param", schema, (result) => {
      if (!result.success) throw new UnknownId()
    }),
    { path: schema, problems: ["not-found"] },
  )

/** Parses the query. @throws InvalidBody with a pointer to each invalid parameter */
export const validQuery = <Schema extends z.ZodType>(schema: Schema) =>
  withFacts(
    zValidator("query", schema, (result) => {
      if (!result.success) throw new InvalidBody(result.error.issues.map(toFieldError))
    }),
    { query: schema, problems: ["validation-failed"] },
  )

/** The facts of `validation-failed`. */
export const invalidFields = (errors: readonly FieldError[]): ProblemFacts => ({
  detail: "Correct the fields listed in `errors` and send the request again.",
  errors,
})

/** Requires JSON bodies (RFC 8259). Without this check a form would be parsed as an empty document. */
export const jsonBodiesOnly = createMiddleware<EdgeEnv>(async (c, next) => {
  const type = c.req.header("content-type")
  const hasBody = c.req.raw.body !== null && c.req.header("content-length") !== "0"
  if (hasBody && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type ?? ""))
    return problem(c, "unsupported-media-type", { detail: "Send `content-type: application/json`." })
  return next()
})

const toFieldError = (issue: z.core.$ZodIssue): FieldError => ({
  pointer: `#${issue.path.map((key) => `/${escapePointer(String(key))}`).join("")}`,
  code: issue.code,
  detail: issue.message,
})

// RFC 6901 §3
const escapePointer = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1")
