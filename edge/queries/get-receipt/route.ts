import { type Context, Hono } from "hono"
import { accepts } from "hono/accepts"
import type { NotFound } from "../../../domain/result.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified } from "../../http/entity-tag.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam, validQuery } from "../../http/validation.ts"
import type { NoPublicKey } from "../../keys/sign-document.ts"
import { getReceipt as handle, type JobNotFinished, type Receipt } from "./handler.ts"
import { receiptCsv } from "./receipt-csv.ts"
import { receiptPage, receiptPagePolicy } from "./receipt-html.ts"
import {
  getReceiptParams,
  getReceiptQuery,
  type ReceiptFormat,
  type ReceiptResponse,
  receiptResponse,
} from "./schema.ts"

const failures: FailureProblems<NotFound | JobNotFinished | NoPublicKey> = {
  not_found: "not-found",
  not_finished: "job-not-finished",
  no_public_key: "receipts-not-configured",
}

export const getReceipt = new Hono<EdgeEnv>().get(
  "/queries/upload-jobs/:jobId/receipt",
  describeOperation("getReceipt", {
    tag: "uploads",
    summary: "Get the receipt of an upload job",
    description:
      "States for each file whether its bytes are stored, signed with a key of `/.well-known/jwks.json`. `isSafe` is true if the bytes of every file are stored. The CSV and HTML representations contain the SHA-256 of the signed manifest.",
    responses: {
      200: {
        description:
          "The receipt. A job has the same manifest until one of its photos, or the original of a duplicate, is deleted.",
        schema: receiptResponse,
        otherContentTypes: ["text/csv", "text/html"],
      },
    },
    isCached: true,
    problems: problemTypesOf(failures),
  }),
  validParam(getReceiptParams),
  validQuery(getReceiptQuery),
  async (c) => {
    const { config, database, principal } = c.var
    const { jobId } = c.req.valid("param")
    c.var.logFacts.jobId = jobId
    const receipt = await handle(database, config.jwt, { jobId, userId: principal.userId })
    if (!receipt.ok) return respondFailure(c, failures, receipt.error)

    const format = c.req.valid("query").format ?? acceptedFormat(c)
    c.header("vary", "Accept", { append: true })
    const unchanged = notModified(c, `${receipt.value.manifestSha256}-${receipt.value.kid}-${format}`)
    return unchanged ?? represent(c, receipt.value, format)
  },
)

const formats = {
  "application/json": "json",
  "text/csv": "csv",
  "text/html": "html",
} as const satisfies Record<string, ReceiptFormat>

const acceptedFormat = (c: Context<EdgeEnv>): ReceiptFormat => {
  const type = accepts(c, { header: "Accept", supports: Object.keys(formats), default: "application/json" })
  return type in formats ? formats[type as keyof typeof formats] : "json"
}

const represent = async (
  c: Context<EdgeEnv>,
  { manifest, manifestSha256, jws }: Receipt,
  format: ReceiptFormat,
): Promise<Response> => {
  switch (format) {
    case "json":
      return c.json({ manifest, manifestSha256, jws } satisfies ReceiptResponse)
    case "csv":
      return c.body(receiptCsv(manifest, manifestSha256), 200, {
        "content-type": "text/csv; charset=utf-8; header=present",
        "content-disposition": `attachment; filename="receipt-${manifest.jobId}.csv"`,
      })
    case "html":
      c.header("content-security-policy", await receiptPagePolicy())
      return c.html(receiptPage(manifest, manifestSha256))
  }
}
