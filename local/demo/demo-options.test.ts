import { execFile } from "node:child_process"
import { resolve } from "node:path"
import { expect, test } from "vitest"
import { demoOptionsOf, usage } from "./demo-options.ts"

test("without arguments the demo generates 100 photos", () => {
  expect(demoOptionsOf([])).toEqual({ options: { folder: null, photos: 100, json: null } })
})

test("a folder, a number of photos and a JSON file are accepted", () => {
  expect(demoOptionsOf(["./my-photos", "--json", "out.json"])).toEqual({
    options: { folder: "./my-photos", photos: 100, json: "out.json" },
  })
  expect(demoOptionsOf(["--photos", "5"])).toEqual({ options: { folder: null, photos: 5, json: null } })
})

test.each([
  [["--photos", "0"], "--photos must be 1 to 500."],
  [["--photos", "501"], "--photos must be 1 to 500."],
  [["--photos", "many"], "--photos must be 1 to 500."],
  [["a", "b"], "Name at most one folder."],
])("%j is rejected", (args, error) => {
  expect(demoOptionsOf(args)).toEqual({ error })
})

test("--help prints the usage and starts nothing", async () => {
  expect(await demo("--help")).toEqual({ code: 0, stdout: `${usage}\n`, stderr: "" })
})

test("an unknown option prints the reason and the usage and exits with 2", async () => {
  const { code, stderr } = await demo("--fast")
  expect(code).toBe(2)
  expect(stderr).toMatch(/^Unknown option '--fast'/)
  expect(stderr).toContain(usage)
})

test("a folder that does not exist is reported in one line", async () => {
  expect(await demo("./does-not-exist")).toEqual({
    code: 1,
    stdout: "",
    stderr: "./does-not-exist is not a folder\n",
  })
})

const demo = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const program = resolve(import.meta.dirname, "../demo.ts")
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) =>
      done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    )
  })
