import { setTimeout as pause } from "node:timers/promises"
import postgres from "postgres"
import { createApiClient } from "../../client/sdk/src/api/api-client.ts"
import { runSystem } from "../running-system.ts"
import { type ChaosJob, retryUntilSuccess, uploadWithFaults } from "./client.ts"
import { startFaultyProxy } from "./faulty-proxy.ts"
import { type Random, randomOf } from "./random.ts"
import { findViolations, orphansOf } from "./verify.ts"

export type ChaosOptions = {
  seed: number
  photos: number
  /** Duration of the random failures, in ms. Afterwards the system must recover by itself. */
  faultsMs: number
  /** Time limit of the recovery, in ms. */
  recoveryMs: number
  log: (line: string) => void
}

const photosPerJob = 50

/**
 * Uploads photos while the processor is killed, Postgres and the edge are restarted, messages are duplicated, delayed,
 * reordered or lost, S3 fails, and the events endpoint rejects requests. Then it waits for the recovery and returns all
 * violations.
 */
export const runChaos = async ({
  seed,
  photos,
  faultsMs,
  recoveryMs,
  log,
}: ChaosOptions): Promise<string[]> => {
  const random = randomOf(seed)
  let isFaultPhase = true
  const edge = { url: "" }
  const proxy = await startFaultyProxy(
    () => `${edge.url}/internal/events`,
    () => (!isFaultPhase || random.chance(0.6) ? "pass" : random.pick(["reject", "lose-response"])),
  )
  const system = await runSystem(
    { SQS_VISIBILITY_TIMEOUT_SECONDS: 4, PHOTO_TIMEOUT_SECONDS: 5 },
    {
      eventDelaysMs: () => (isFaultPhase ? deliveryDelays(random) : [0]),
      storageFault: () => (isFaultPhase && random.chance(0.05) ? "SlowDown" : null),
      edgeVariables: { CREATE_JOBS_PER_MINUTE: "100000", SIGN_IN_ATTEMPTS_PER_ADDRESS: "100000" },
      processorVariables: {
        EVENTS_ENDPOINT_URL: proxy.url,
        SWEEP_EVERY_SECONDS: "2",
        SWEEP_QUIET_SECONDS: "4",
        STOP_GRACE_SECONDS: "20",
      },
    },
  )
  edge.url = system.edgeUrl
  const counts: Record<string, number> = {}
  try {
    const api = createApiClient({ baseUrl: system.edgeUrl, timeoutMs: 10_000 })
    const account = { email: `chaos-${seed}@example.com`, password: "correct horse battery staple" }
    await retryUntilSuccess(() => api.register(account))
    await retryUntilSuccess(() => api.signIn(account.email, account.password))

    const until = Date.now() + faultsMs
    const faultPhase = (async () => {
      while (Date.now() < until) {
        await pause(random.between(500, 2_500))
        const fault = random.pick(["kill processor", "kill processor", "restart Postgres", "restart edge"])
        counts[fault] = (counts[fault] ?? 0) + 1
        if (fault === "kill processor") {
          system.processor().kill()
          await system.processor().exited
          await retryUntilSuccess(system.restartProcessor)
        } else if (fault === "restart Postgres") await system.restartDatabase()
        else await system.restartEdge()
      }
      isFaultPhase = false
    })()
    const jobs = await Promise.all(
      Array.from({ length: Math.ceil(photos / photosPerJob) }, (_, index) =>
        uploadWithFaults(api, Math.min(photosPerJob, photos - index * photosPerJob), randomOf(seed + index)),
      ),
    )
    await faultPhase
    log(`seed ${seed}: ${JSON.stringify(counts)}, failures stopped`)
    const startedAt = Date.now()
    const violations = await remainingViolations(system.databaseUrl, jobs, proxy.eventIds, recoveryMs)
    log(`recovered after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
    return [...violations, ...(await end())]
  } catch (error) {
    await end()
    throw error
  }

  async function end(): Promise<string[]> {
    await system.end()
    await proxy.stop()
    return (await orphansOf(system.directory)).map((orphan) => `orphan process ${orphan}`)
  }
}

/** The delays of the deliveries of an event. 10 % of events are lost; others are duplicated, or delayed and reordered. */
const deliveryDelays = (random: Random): number[] => {
  if (random.chance(0.1)) return []
  const delayMs = () => (random.chance(0.3) ? random.between(1, 3_000) : 0)
  return random.chance(0.2) ? [delayMs(), delayMs()] : [delayMs()]
}

/** Checks repeatedly until there are no violations or the time limit is reached. */
const remainingViolations = async (
  databaseUrl: string,
  jobs: readonly ChaosJob[],
  relayedIds: () => string[],
  timeoutMs: number,
): Promise<string[]> => {
  const rows = postgres(databaseUrl, { max: 1 })
  const deadline = Date.now() + timeoutMs
  try {
    for (;;) {
      const violations = await findViolations(rows, jobs, relayedIds())
      if (violations.length === 0 || Date.now() > deadline) return violations
      await pause(500)
    }
  } finally {
    await rows.end()
  }
}
