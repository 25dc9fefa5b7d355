import * as z from "zod"
import { err, type NotFound, ok, type Result } from "../domain/result.ts"

/** The output of a statement that returns `row`, or null when the user owns no such row. */
export const rowOrNotFound = <Row>(row: z.ZodType<Row>): z.ZodType<Result<Row, NotFound>> =>
  z.nullable(row).transform((found) => (found === null ? err({ reason: "not_found" }) : ok(found)))
