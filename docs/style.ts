import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"

const repository = resolve(import.meta.dirname, "..")

/** A longer file does more than one thing. */
const maxLines = 300

/** Files that no one edits by hand, and data. */
const generated =
  /^(db\/migrations|docs\/schemas)\/|^(docs\/openapi\.json|client\/sdk\/src\/api\/openapi\.ts|package-lock\.json|LICENSE)$|\.(jpg|png|heic|webp)$/

/** Texts for people outside this project: Markdown pages, and the texts of the API and its problems. */
const prose = /\.md$|^docs\/openapi\.json$/

// Metaphors, personification and old-fashioned phrases that the first versions of these texts were full of.
const bannedPhrases = [
  /\bpromise[sd]?\b/i,
  /\bheed(s|ed)?\b/i,
  /\bannounce[sd]?\b/i,
  /\b(is|are|was|were|be) told\b/i,
  /\btells?\b/i,
  /\bwhoever\b/i,
  /\bwhatever\b/i,
  /\bsomebody\b/i,
  /\bnobody\b/i,
  /\bin (hand|nobody's hands|other hands|its hands)\b/i,
  /\b(stands|lies) (at|in|under|there)\b/i,
  /\bof (ours|theirs|yours)\b/i,
  /\bcame? to nothing\b/i,
  /\bis no (sign|news)\b/i,
  /\bone's (own|jobs|photos)\b/i,
  /\bgood no more\b/i,
  /\bunder way\b/i,
  /\bstraight to\b/i,
  /\bof its own\b/i,
  // In backquotes it is the former name of a field.
  /(?<!`)\bverdicts?\b/i,
  /\b(has|have|had) ended\b/i,
  /\b(the|an?|each|every|its|our) answers?\b/i,
  /\banswers? (with|by|[1-5]\d\d)\b/i,
  /\bmoved the photo\b/i,
  /\b(have|has) not moved\b/i,
  /\bholds? up\b/i,
  /\bfor lack of\b/i,
  /\bif need be\b/i,
  /\bin vain\b/i,
  /\bour (own|logs)\b/i,
]

/** A file of the repository. */
export type SourceFile = { path: string; text: string }

/** The tracked and new files of the repository that a person writes. */
export const sourceFiles = (): SourceFile[] =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  })
    .split("\n")
    .filter((path) => path !== "" && existsSync(join(repository, path)))
    .filter((path) => prose.test(path) || !generated.test(path))
    .map((path) => ({ path, text: readFileSync(join(repository, path), "utf8") }))

/** What breaks the rules for a file's length and for words, one line for each finding. */
export const styleViolations = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ path, text }) => [
    ...(generated.test(path) ? [] : lengthViolations(path, text)),
    ...(prose.test(path) ? wordViolations(path, text) : []),
  ])

const lengthViolations = (path: string, text: string): string[] => {
  const lines = text.split("\n").length - 1
  return lines > maxLines ? [`${path} has ${lines} lines, the limit is ${maxLines}: split it`] : []
}

const wordViolations = (path: string, text: string): string[] =>
  text.split("\n").flatMap((line, index) =>
    bannedPhrases.flatMap((phrase) => {
      const [found] = phrase.exec(line) ?? []
      return found === undefined
        ? []
        : [`${path}:${index + 1} write plainly instead of "${found}": ${line.trim()}`]
    }),
  )
