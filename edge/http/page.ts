import type { Context } from "hono"
import * as z from "zod"
import type { EdgeEnv } from "./context.ts"

const maxSize = 100

/** How far `page` reaches: behind it a cursor costs the same at any depth, an offset does not. */
const maxPage = 10_000

const digits = z
  .string()
  .regex(/^\d{1,9}$/, "must be a whole number")
  .transform(Number)

/**
 * The parameters of a list whose items sort by the ids that `isId` knows: `page` and `size`, or the cursor of the
 * answer before.
 */
export const pageParameters = <Id extends string>(isId: (text: string) => text is Id) => ({
  /** From 0. */
  page: digits.pipe(z.number().max(maxPage)).optional(),
  size: digits.pipe(z.number().min(1).max(maxSize)).default(50),
  cursor: z
    .string()
    .max(200)
    .transform((text, context) => {
      const id = decode(text)
      if (id !== null && isId(id)) return id
      context.addIssue({ code: "custom", message: "must be the nextCursor of an answer before" })
      return z.NEVER
    })
    .optional(),
})

/** What every list says beside its items. */
export const pageFacts = {
  size: z.number().int(),
  /** Null at the end of the list. */
  nextCursor: z.string().nullable(),
}

/** What a list's statement reads for a page: one row more than asked for, so that one sees whether there is a next. */
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

/** Cuts what was read, one row more than asked for, to the page and says how to go on (RFC 8288 `Link`). */
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
