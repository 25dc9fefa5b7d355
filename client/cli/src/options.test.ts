import { expect, test } from "vitest"
import { CommandError } from "./exit-codes.ts"
import { numberOf, parseCommandLine, photosQuery } from "./options.ts"

test.each([
  ["no command", []],
  ["an unknown command", ["send", "a.jpg"]],
  ["a command that is a property of every object", ["toString"]],
  ["an unknown option", ["upload", "--fast", "a.jpg"]],
  ["an option of another command", ["list", "--dry-run"]],
  ["an option without its value", ["upload", "a.jpg", "--tag"]],
  ["too many arguments", ["receipt", "one", "two"]],
  ["two outputs", ["upload", "a.jpg", "--json", "--quiet"]],
])("%s is an error of usage", (_, args) => {
  expect(() => parseCommandLine(args)).toThrow(CommandError)
  expect(() => parseCommandLine(args)).toThrow(/Usage: rapid-photo-upload/)
})

test("the base URL and help are accepted by every command", () => {
  expect(
    parseCommandLine(["--base-url", "http://a", "upload", "a", "b", "--tag", "x", "--tag", "y"]),
  ).toMatchObject({
    command: "upload",
    inputs: ["a", "b"],
    values: { "base-url": "http://a", tag: ["x", "y"] },
  })
  expect(parseCommandLine(["upload", "-h"])).toBeNull()
})

test("numbers are whole and within their limits", () => {
  expect(numberOf("concurrency", "64", 64)).toBe(64)
  expect(numberOf("concurrency", undefined, 64)).toBeUndefined()
  for (const text of ["0", "65", "1.5", "-1", "", "0x10", "8 "])
    expect(() => numberOf("concurrency", text, 64)).toThrow(
      "--concurrency must be a whole number from 1 to 64",
    )
})

test("the filter of list accepts a status in any case and one tag", () => {
  expect(photosQuery({ status: "failed", tag: ["a"], from: "2024-05-01" })).toEqual({
    status: "FAILED",
    tag: "a",
    takenFrom: "2024-05-01",
  })
  expect(() => photosQuery({ status: "lost" })).toThrow(/--status is one of QUEUED/)
  expect(() => photosQuery({ tag: ["a", "b"] })).toThrow(CommandError)
})
