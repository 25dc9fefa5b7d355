import * as z from "zod"

/** Parses a timestamp in Postgres JSON and formats it as RFC 3339 in UTC with milliseconds. */
export const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())
