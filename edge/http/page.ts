import type { Context } from "hono"
import * as z from "zod"
import type { EdgeEnv } from "./context.ts"

const maxSize = 100

/**
 * The last item that `page` can reach. The rows before a page are read and discarded, so deep pages are slow. A cursor
 * has the same cost at any depth.
 */
const maxDepth = 1_000

const digits = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number)

/**
 * Returns the query schema of a list whose items are sorted by the ids that `isId` accepts: the list's own filters, and
 * `page` and `size` or the cursor of the previous response.
 */
export const listQuery = <Id extends string, Filters extends z.ZodRawShape>(
  isId: (text: string) => text is Id,
  filters: Filters,
) =>
  z
    .object({
      ...filters,
      page: digits
        .optional()
        .describe(
          `Page number, from 0. Ignored if \`cursor\` is given. \`(page + 1) × size\` is at most ${maxDepth}: use \`cursor\` for later items.`,
        ),
      size: digits.pipe(z.number().min(1).max(maxSize)).default(50).describe("Items per page."),
      cursor: z
        .string()
        .max(200)
        .transform((text, context) => {
          const id = decode(text)
          if (id !== null && isId(id)) return id
          context.addIssue({ code: "custom", message: "must be the nextCursor of a previous response" })
          return z.NEVER
        })
        .optional()
        .describe("`nextCursor` of the previous response. Every page takes the same time."),
    })
    .check((context) => {
      const { page = 0, size, cursor } = context.value as { page?: number; size: number; cursor?: Id }
      if (cursor !== undefined || (page + 1) * size <= maxDepth || page === 0) return
      context.issues.push({
        code: "custom",
        path: ["page"],
        message: `must end at item ${maxDepth} or before; use \`cursor\` with the last \`nextCursor\` for further items`,
        input: page,
      })
    })

/** The fields that every list has in addition to its items. */
export const pageFacts = {
  size: z.number().int(),
  /** Null at the end of the list. */
  nextCursor: z.string().nullable(),
}

/** The rows that a list's statement reads for a page: one more than the page size, to detect a next page. */
export const rowsOf = <Id extends string>({
  page = 0,
  size,
  cursor,
}: {
  page?: number | undefined
  size: number
  cursor?: Id | undefined
}): { before: Id | null; offset: number; limit: number } => ({
  before: cursor ?? null,
  offset: cursor ? 0 : page * size,
  limit: size + 1,
})

/** Removes the additional row and links to the next page (RFC 8288 `Link`). */
export const pageOf = <Item>(
  c: Context<EdgeEnv>,
  rows: readonly Item[],
  size: number,
  idOf: (item: Item) => string,
): { items: Item[]; size: number; nextCursor: string | null } => {
  const items = rows.slice(0, size)
  const last = items.at(-1)
  const nextCursor = rows.length > size && last !== undefined ? encode(idOf(last)) : null
  if (nextCursor !== null) {
    const next = new URL(c.req.url)
    next.searchParams.delete("page")
    next.searchParams.set("cursor", nextCursor)
    c.header("link", `<${next.pathname}${next.search}>; rel="next"`)
  }
  return { items, size, nextCursor }
}

const encode = (id: string): string =>
  btoa(`after:${id}`)
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/={1,2}$/, "")

const decode = (cursor: string): string | null => {
  try {
    const text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))
    return text.startsWith("after:") ? text.slice("after:".length) : null
  } catch {
    return null
  }
}
