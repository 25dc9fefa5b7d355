import { type Context, Hono } from "hono"
import { photoTypes } from "../../../domain/photo-type.ts"
import type { FileRefusal, RefusedFile } from "../../../domain/upload-job.ts"
import type { EdgeEnv } from "../../platform/context.ts"
import { objectStoreOf } from "../../platform/object-store.ts"
import { type FieldError, problem } from "../../platform/problem.ts"
import { validationFailed, validJson } from "../../platform/validation.ts"
import { type CreateRefusal, createUploadJob as handle } from "./handler.ts"
import { createUploadJobRequest } from "./schema.ts"

export const createUploadJob = new Hono<EdgeEnv>().post(
  "/commands/upload-jobs",
  validJson(createUploadJobRequest),
  async (c) => {
    const { config, database, principal, trace } = c.var
    const created = await handle(
      { ...config, database, objectStore: objectStoreOf(config) },
      { userId: principal.userId, files: c.req.valid("json").files, traceparent: trace.traceparent },
    )
    if (!created.ok) return refuse(c, created.error)

    Object.assign(c.var.logFacts, { jobId: created.value.jobId, photos: created.value.items.length })
    c.header("location", `/queries/upload-jobs/${created.value.jobId}`)
    return c.json(created.value, 201)
  },
)

const refuse = (c: Context<EdgeEnv>, refusal: CreateRefusal): Response => {
  switch (refusal.reason) {
    case "files_refused":
      return validationFailed(c, refusal.files.map(toFieldError))
    case "user_gone":
      return problem(c, "unauthenticated", {
        detail: "The account of this token is gone: register or sign in again.",
      })
  }
}

const toFieldError = ({ index, refusal }: RefusedFile): FieldError => {
  const field = fieldOf[refusal.reason]
  return { pointer: `#/files/${index}/${field}`, code: refusal.reason, detail: sayWhy(refusal) }
}

const fieldOf = {
  filename_refused: "filename",
  type_refused: "mimeType",
  file_empty: "bytes",
  file_too_large: "bytes",
} as const satisfies Record<FileRefusal["reason"], string>

const sayWhy = (refusal: FileRefusal): string => {
  switch (refusal.reason) {
    case "filename_refused":
      return filenameFaults[refusal.fault]
    case "type_refused":
      return `Only photos are taken: ${photoTypes.join(", ")}.`
    case "file_empty":
      return "The file is empty."
    case "file_too_large":
      return `The file has ${refusal.bytes} bytes; at most ${refusal.maxBytes} are taken.`
  }
}

const filenameFaults = {
  empty: "The filename is empty.",
  too_long: "The filename is longer than 255 bytes in UTF-8.",
  characters: 'The filename has control or bidirectional characters, or one of / \\ < > " | ? *.',
  hidden: "The filename begins with a dot.",
  extension: "The filename has an extension that is not a photo's.",
} as const
