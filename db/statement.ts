import type * as z from "zod"

/**
 * One SQL statement over one JSON document (`$1`, as text), answering with one JSON document in its column `result`.
 * JSON both ways makes a statement one round trip whatever it reads or writes, and lets zod say what it gives.
 */
export type Statement<Input, Output> = {
  text: string
  output: z.ZodType<Output>
  /** Never set: it ties the statement to the shape of its input. */
  input?: Input
}

/** A way to run statements; where the connection comes from is the business of `edge.ts` and `node.ts`. */
export type Database = {
  /** @throws whatever the driver throws, and ZodError when the answer is not what the statement promised. */
  run: <Input, Output>(statement: Statement<Input, Output>, input: Input) => Promise<Output>
}

/**
 * Writes a statement down. Interpolated are only fragments of SQL made from the domain's constants; whatever
 * comes from outside is part of the JSON document.
 */
export const statementOf =
  <Input>() =>
  <Output>(output: z.ZodType<Output>, text: string): Statement<Input, Output> => ({ text, output })

/**
 * The first CTE of every statement that acts for a user, `input` with its column `doc`. Nothing is read or written
 * for a user who is gone or disabled: the statement ends with `InactiveUser`.
 */
export const inputOfActingUser = "input as (select acting_user($1::jsonb) as doc)"
