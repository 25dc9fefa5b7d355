/** A problem document (RFC 9457) of the API. */
export type ProblemDocument = {
  type: string
  title: string
  status: number
  detail?: string
  traceId?: string
  errors?: { pointer: string; code: string; detail: string }[]
}

/** A problem response of the API. Programs use `problem.type`, which is stable; `message` is for people. */
export class ApiProblem extends Error {
  override name = "ApiProblem"
  readonly problem: ProblemDocument
  /** The wait before the next attempt in ms, from `Retry-After`; null when the header is absent. */
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
