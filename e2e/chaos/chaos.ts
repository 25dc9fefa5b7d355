import { setTimeout as pause } from "node:timers/promises"
import postgres from "postgres"
import { createApiClient } from "../../client/sdk/api-client.ts"
import { runSystem } from "../running-system.ts"
import { type ChaosJob, persistently, uploadWithMishaps } from "./client.ts"
import { type Random, randomOf } from "./random.ts"
import { startRefusingProxy } from "./refusing-proxy.ts"
import { findFaults, orphansOf } from "./verify.ts"

export type ChaosOptions = {
  seed: number
  photos: number
  /** How long things are broken, in ms; then everything must come right by itself. */
  turmoilMs: number
  /** What time that may take at most, in ms. */
  recoveryMs: number
  say: (line: string) => void
}

const photosPerJob = 50

/**
 * Uploads photos while the processor is killed, Postgres and the edge are restarted, messages are doubled, delayed,
 * reordered or lost, S3 fails, and the relay's sink refuses. Then it waits until all is quiet and says what is wrong.
 */
export const runChaos = async ({
  seed,
  photos,
  turmoilMs,
  recoveryMs,
  say,
}: ChaosOptions): Promise<string[]> => {
  const random = randomOf(seed)
  let isTurmoil = true
  const edge = { url: "" }
  const proxy = await startRefusingProxy(
    () => `${edge.url}/internal/events`,
    () => (!isTurmoil || random.chance(0.6) ? "pass" : random.pick(["refuse", "lose-answer"])),
  )
  const system = await runSystem(
    { SQS_VISIBILITY_TIMEOUT_SECONDS: 4, PHOTO_TIMEOUT_SECONDS: 5 },
    {
      eventFate: () => (isTurmoil ? fateOfEvent(random) : [0]),
      storageFault: () => (isTurmoil && random.chance(0.05) ? "SlowDown" : null),
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
    await persistently(() => api.register(account))
    await persistently(() => api.signIn(account.email, account.password))

    const until = Date.now() + turmoilMs
    const turmoil = (async () => {
      while (Date.now() < until) {
        await pause(random.between(500, 2_500))
        const fault = random.pick(["kill processor", "kill processor", "restart Postgres", "restart edge"])
        counts[fault] = (counts[fault] ?? 0) + 1
        if (fault === "kill processor") {
          system.processor().kill()
          await system.processor().exited
          await persistently(system.restartProcessor)
        } else if (fault === "restart Postgres") await system.restartDatabase()
        else await system.restartEdge()
      }
      isTurmoil = false
    })()
    const jobs = await Promise.all(
      Array.from({ length: Math.ceil(photos / photosPerJob) }, (_, index) =>
        uploadWithMishaps(api, Math.min(photosPerJob, photos - index * photosPerJob), randomOf(seed + index)),
      ),
    )
    await turmoil
    say(`seed ${seed}: ${JSON.stringify(counts)}, now quiet`)
    const startedAt = Date.now()
    const faults = await settledFaults(system.databaseUrl, jobs, proxy.eventIds, recoveryMs)
    say(`right after ${((Date.now() - startedAt) / 1000).toFixed(1)} s of quiet`)
    return [...faults, ...(await end())]
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

/** Ten in a hundred events vanish; some come twice, some late, and so in another order. */
const fateOfEvent = (random: Random): number[] => {
  if (random.chance(0.1)) return []
  const late = () => (random.chance(0.3) ? random.between(1, 3_000) : 0)
  return random.chance(0.2) ? [late(), late()] : [late()]
}

/** Looks again and again until nothing is wrong any more, or the time is over. */
const settledFaults = async (
  databaseUrl: string,
  jobs: readonly ChaosJob[],
  relayedIds: () => string[],
  timeoutMs: number,
): Promise<string[]> => {
  const rows = postgres(databaseUrl, { max: 1 })
  const deadline = Date.now() + timeoutMs
  try {
    for (;;) {
      const faults = await findFaults(rows, jobs, relayedIds())
      if (faults.length === 0 || Date.now() > deadline) return faults
      await pause(500)
    }
  } finally {
    await rows.end()
  }
}
