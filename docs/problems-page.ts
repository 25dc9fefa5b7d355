import { type ProblemType, problems, problemUrn } from "../edge/http/problem.ts"

const intro = `<!-- Written by \`npm run docs\` from edge/http/problem.ts. -->

# Problems

Whatever goes wrong is answered with an \`application/problem+json\` document (RFC 9457): \`type\`, \`title\` and \`status\`
as below, \`detail\` on this very occurrence, \`errors\` with a pointer to each wrong field, and the \`traceId\` to tell us.
Programs go by \`type\`, which is stable; \`${problemUrn("not-found")}\` is the one called \`not-found\` here.
A 429 or 503 has \`Retry-After\`. Which operation answers with which problem stands in [openapi.json](openapi.json).
`

/** Every problem, its status, and what to do about it. */
export const problemsPage = (): string => {
  const rows = (Object.keys(problems) as ProblemType[]).map((type) => {
    const { status, title, about } = problems[type]
    return `| \`${type}\` | ${status} | ${title} | ${about} |`
  })
  const table = ["| type | status | title | when, and what to do |", "|---|---|---|---|", ...rows]
  return `${intro}\n${table.join("\n")}\n`
}
