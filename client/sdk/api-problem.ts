/** A problem document (RFC 9457) as the API sends it. */
export type ProblemDocument = {
  type: string
  title: string
  status: number
  detail?: string
  traceId?: string
  errors?: { pointer: string; code: string; detail: string }[]
}

/** The API refused. `problem.type` is stable and for programs, `message` is for people. */
export class ApiProblem extends Error {
  override name = "ApiProblem"
  readonly problem: ProblemDocument
  /** How long the API asked to wait before the next attempt, in ms; null when it did not. */
  readonly retryAfterMs: number | null

  constructor(problem: ProblemDocument, retryAfterMs: number | null = null) {
    super(`${problem.title}${problem.detail ? `: ${problem.detail}` : ""} (HTTP ${problem.status})`)
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }

  /** Whether the same request may succeed later. */
  get isTransient(): boolean {
    return this.problem.status === 429 || this.problem.status >= 500
  }
}
