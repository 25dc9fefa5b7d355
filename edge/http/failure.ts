import type { Context } from "hono"
import type { EdgeEnv } from "./context.ts"
import { type ProblemFacts, type ProblemType, problem } from "./problem.ts"

/** The error of a `Result`: a reason, and the facts of this occurrence. */
type Failure = { reason: string }

type FailureProblem<Error> =
  | ProblemType
  | readonly [ProblemType, ProblemFacts | ((error: Error) => ProblemFacts)]

/**
 * The problem of each failure of an operation. Each route file declares its table. The compiler rejects a table that
 * lacks a failure. An entry without facts sends the problem's own detail.
 */
export type FailureProblems<Error extends Failure> = {
  readonly [Reason in Error["reason"]]: FailureProblem<Error & { reason: Reason }>
}

/** The problem types in a table, for `describeOperation`. */
export const problemTypesOf = <Error extends Failure>(table: FailureProblems<Error>): ProblemType[] =>
  Object.values<FailureProblem<never>>(table).map((entry) => (typeof entry === "string" ? entry : entry[0]))

/** Returns the problem that the table contains for the failure. */
export const respondFailure = <Error extends Failure, Reason extends Error["reason"]>(
  c: Context<EdgeEnv>,
  table: FailureProblems<Error>,
  error: Error & { reason: Reason },
): Response => {
  const entry: FailureProblem<Error & { reason: Reason }> = table[error.reason]
  if (typeof entry === "string") return problem(c, entry)
  const [type, facts] = entry
  return problem(c, type, typeof facts === "function" ? facts(error) : facts)
}
