import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { dotenv } from "./dotenv.ts"
import { type Child, startChild } from "./process/child-process.ts"
import { repository } from "./settings.ts"

export type EdgeOptions = {
  port: number
  /** Directory of the Worker's variables, state and log. */
  directory: string
  databaseUrl: string
  /** Variables and secrets of the Worker; see edge/config.ts. */
  variables: Record<string, string>
}

/**
 * Starts the Worker with `wrangler dev`, which runs it in workerd and reloads it when the source changes. Wrangler builds
 * the static assets first (wrangler.toml).
 * @throws Error with the last output lines when the Worker does not start
 */
export const startEdge = async ({ port, directory, databaseUrl, variables }: EdgeOptions): Promise<Child> => {
  const envFile = join(directory, "edge.env")
  await mkdir(directory, { recursive: true })
  // Not on the command line, where every user of the machine could read the secrets.
  await writeFile(envFile, dotenv(variables), { mode: 0o600 })
  return startChild({
    name: "The edge (wrangler dev)",
    command: join(repository, "node_modules/.bin/wrangler"),
    args: [
      "dev",
      ...["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"],
      ...["--env-file", envFile, "--persist-to", join(directory, "edge-state")],
      ...["--show-interactive-dev-session", "false"],
    ],
    cwd: repository,
    env: {
      ...process.env,
      CI: "1",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: databaseUrl,
    },
    ready: { url: `http://127.0.0.1:${port}/.well-known/jwks.json` },
    logFile: join(directory, "logs/edge.log"),
  })
}
