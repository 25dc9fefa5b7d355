import * as z from "zod"

/** A time as Postgres writes it into JSON, given on as RFC 3339 in UTC with milliseconds. */
export const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())
