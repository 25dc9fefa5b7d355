import type * as z from "zod"

/**
 * One SQL statement with one JSON document as input (`$1`, as text) and one as output (its column `result`). This makes
 * every statement a single round trip, and lets zod validate its output.
 */
export type Statement<Input, Output> = {
  text: string
  output: z.ZodType<Output>
  /** Never set: only for the type of the input. */
  input?: Input
}

/** Runs statements. `edge.ts` and `node.ts` open the connections. */
export type Database = {
  /** @throws errors of the driver, and ZodError when the result does not match the schema. */
  run: <Input, Output>(statement: Statement<Input, Output>, input: Input) => Promise<Output>
}

/**
 * Defines a statement. Interpolate only SQL fragments built from constants of the domain. Pass all external data in the
 * JSON document.
 */
export const statementOf =
  <Input>() =>
  <Output>(output: z.ZodType<Output>, text: string): Statement<Input, Output> => ({ text, output })

/**
 * The first CTE of every statement that acts for a user: `input` with its column `doc`. For a deleted or disabled user
 * nothing is read or written, and the statement fails with `InactiveUser`.
 */
export const inputOfActingUser = "input as (select acting_user($1::jsonb) as doc)"
