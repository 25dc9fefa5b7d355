import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { dotenv } from "./dotenv.ts"
import { type Child, startChild } from "./process/child-process.ts"
import { repository } from "./settings.ts"

export type ProcessorOptions = {
  port: number
  directory: string
  /** Environment variables; see processor/platform/config.ts. */
  variables: Record<string, string>
}

/** Starts the processor like its container. @throws Error with the last output lines when it does not start */
export const startProcessor = async ({ port, directory, variables }: ProcessorOptions): Promise<Child> => {
  await mkdir(directory, { recursive: true })
  // `npm run ops` reads this file to connect to the running system.
  await writeFile(join(directory, "processor.env"), dotenv(variables), { mode: 0o600 })
  return startChild({
    name: "The processor",
    command: process.execPath,
    args: [join(repository, "processor/main.ts")],
    cwd: repository,
    env: { PATH: process.env.PATH, MALLOC_ARENA_MAX: "2", ...variables, HEALTH_PORT: String(port) },
    ready: { url: `http://127.0.0.1:${port}/readyz` },
    logFile: join(directory, "logs/processor.log"),
  })
}
