import { expect, test } from "vitest"
import { sourceFiles, styleViolations } from "./style.ts"

test("a file with more than 300 lines is reported", () => {
  const lines = (count: number) => "x\n".repeat(count)
  expect(styleViolations([{ path: "edge/a.ts", text: lines(300) }])).toEqual([])
  expect(styleViolations([{ path: "edge/a.ts", text: lines(301) }])).toEqual([
    "edge/a.ts has 301 lines, the limit is 300: split it",
  ])
  expect(styleViolations([{ path: "db/migrations/0001.sql", text: lines(301) }])).toEqual([])
})

test("a banned phrase is reported with its line in pages and API texts, but not in code", () => {
  const text = "Plain words.\nThe API promises uploads."
  expect(styleViolations([{ path: "README.md", text }])).toEqual([
    'README.md:2 write plainly instead of "promises": The API promises uploads.',
  ])
  expect(styleViolations([{ path: "docs/openapi.json", text }])).toHaveLength(1)
  expect(styleViolations([{ path: "edge/a.ts", text }])).toEqual([])
})

test("no file of the repository breaks the rules", () => {
  expect(styleViolations(sourceFiles())).toEqual([])
})
