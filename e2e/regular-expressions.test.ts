import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync } from "@swc/core"
import { checkSync } from "recheck"
import { expect, test } from "vitest"
import { z } from "zod"

const root = join(import.meta.dirname, "..")
const production = ["edge", "processor", "db", "domain", "aws", "client"]

const regExpLiteral = z.object({ type: z.literal("RegExpLiteral"), pattern: z.string(), flags: z.string() })
type Found = z.infer<typeof regExpLiteral> & { file: string }

/** Returns every regular expression literal of a syntax tree. */
const literalsIn = (file: string, tree: unknown): Found[] => {
  const literal = regExpLiteral.safeParse(tree)
  if (literal.success) return [{ ...literal.data, file }]
  return typeof tree === "object" && tree !== null
    ? Object.values(tree).flatMap((child) => literalsIn(file, child))
    : []
}

const sourceFiles = production.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|\/node_modules\//.test(name)),
)

// Backtracking over input lets one request block a thread: https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS
test("no regular expression in production code takes more than linear time", () => {
  const literals = sourceFiles.flatMap((file) =>
    literalsIn(
      file,
      parseSync(readFileSync(join(root, file), "utf8"), {
        syntax: "typescript",
        tsx: file.endsWith("x"),
        target: "es2024",
      }),
    ),
  )
  expect(literals.length).toBeGreaterThan(50)
  const vulnerable = literals.flatMap(({ file, pattern, flags }) => {
    const { status, ...checked } = checkSync(pattern, flags, { timeout: 20_000 })
    const summary = "complexity" in checked ? checked.complexity?.summary : undefined
    return status === "safe" ? [] : [`${file}: /${pattern}/${flags} is ${summary ?? status}`]
  })
  expect(vulnerable).toEqual([])
})
