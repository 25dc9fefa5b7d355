import type { ReceiptManifest } from "./schema.ts"

const columns = [
  "photoId",
  "path",
  "filename",
  "sha256",
  "bytes",
  "outcome",
  "duplicateOf",
  "isStored",
  "reasonCode",
  "reasonDetail",
  "createdAt",
  "completedAt",
  "deletedAt",
  "manifestSha256",
]

/**
 * The items of a receipt as CSV (RFC 4180). The hash of the manifest is a column, since CSV has no other place that every
 * program keeps.
 */
export const receiptCsv = ({ items }: ReceiptManifest, manifestSha256: string): string => {
  const rows = items.map((item) => [
    item.photoId,
    item.path,
    item.filename,
    item.sha256,
    item.bytes,
    item.outcome,
    item.duplicateOf,
    item.isStored,
    item.reason?.code,
    item.reason?.detail,
    item.createdAt,
    item.completedAt,
    item.deletedAt,
    manifestSha256,
  ])
  return [columns, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`).join("")
}

/**
 * Quotes a cell where RFC 4180 requires it. A text that spreadsheets would run as a formula gets an apostrophe in front:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const cellOf = (value: string | number | boolean | null | undefined): string => {
  const text = String(value ?? "")
  const literal =
    typeof value === "string" && /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(literal) ? `"${literal.replaceAll('"', '""')}"` : literal
}
