import { InvalidConfiguration } from "../platform/config.ts"
import { isOutage } from "../platform/outage.ts"

/** `ENVIRONMENT` of the system that `npm start` starts. */
const localEnvironment = "local"

/**
 * What `npm run ops` prints when the system is not running, not configured or not reachable. Null for every other error:
 * that is a bug, and its stack trace is needed.
 */
export const failureMessage = (error: unknown, env: NodeJS.ProcessEnv): string | null => {
  // `npm start` writes all variables to .local/processor.env. Before the first start none is set.
  const isUnconfigured = env.ENVIRONMENT === undefined && env.DATABASE_URL === undefined
  if (error instanceof InvalidConfiguration) return isUnconfigured ? notRunning : error.message
  if (!isOutage(error)) return null
  return env.ENVIRONMENT === localEnvironment ? notRunning : `${error.name}: ${error.message}`
}

const notRunning = "The system is not running. Start it with `npm start`."
