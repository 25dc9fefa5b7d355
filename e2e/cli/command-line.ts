import { execFile, spawn } from "node:child_process"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { repository } from "../../local/settings.ts"
import type { RunningSystem } from "../running-system.ts"

const run = promisify(execFile)

export type CommandResult = { exitCode: number | null; stdout: string; stderr: string }

/** The built command line, with a session folder of its own and an account. */
export type CommandLine = {
  (...args: string[]): Promise<CommandResult>
  /** Runs a command and kills it with a signal when the condition holds. */
  killed: (
    args: string[],
    signal: NodeJS.Signals,
    condition: (stdout: string) => boolean | Promise<boolean>,
  ) => Promise<CommandResult>
}

/** Builds the packages, so that the tests run what is published. */
export const buildCommandLine = async (): Promise<void> => {
  for (const name of ["client/sdk", "client/cli"])
    await run("npm", ["run", "--silent", "build", "-w", name], { cwd: repository })
}

/** Signs a new account in. `node` is the Node.js that runs the command line. */
export const signedInCommandLine = async (
  system: RunningSystem,
  node: string = process.execPath,
): Promise<CommandLine> => {
  const home = await mkdtemp(join(system.directory, "home-"))
  const environment = {
    ...process.env,
    RAPID_PHOTO_UPLOAD_HOME: home,
    RAPID_PHOTO_UPLOAD_KEYRING: "off",
  }
  const start = (args: readonly string[], input = "") => {
    const child = spawn(node, [join(repository, "client/cli/dist/main.js"), ...args], {
      cwd: system.directory,
      env: environment,
    })
    const result: CommandResult = { exitCode: null, stdout: "", stderr: "" }
    child.stdout.on("data", (chunk) => {
      result.stdout += chunk
    })
    child.stderr.on("data", (chunk) => {
      result.stderr += chunk
    })
    child.stdin.end(input)
    const end = new Promise<CommandResult>((resolve, reject) => {
      child.once("error", reject)
      child.once("close", (exitCode) => resolve({ ...result, exitCode }))
    })
    return { child, result, end }
  }
  const email = `${crypto.randomUUID()}@example.com`
  const login = ["login", "--register", "--email", email, "--password-stdin", "--base-url", system.edgeUrl]
  const { exitCode, stderr } = await start(login, "correct horse battery staple\n").end
  if (exitCode !== 0) throw new Error(`login failed: ${stderr}`)

  const commandLine = (...args: string[]) => start(args).end
  return Object.assign(commandLine, {
    killed: async (
      args: string[],
      signal: NodeJS.Signals,
      condition: (stdout: string) => boolean | Promise<boolean>,
    ) => {
      const { child, result, end } = start(args)
      while (child.exitCode === null && !(await condition(result.stdout)))
        await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 20))])
      child.kill(signal)
      return end
    },
  })
}

/** The JSON lines of an output. */
export const jsonLines = <Line = Record<string, unknown>>(text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line)
