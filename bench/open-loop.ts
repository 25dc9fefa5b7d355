import { Agent, request } from "node:http"

export type LoadRequest = { path: string; method: string; headers: Record<string, string>; body?: string }

export type Load = {
  baseUrl: string
  perSecond: number
  seconds: number
  /** Returns the n-th request. */
  requestOf: (index: number) => LoadRequest
  /** Number of requests that are sent first and not measured. */
  warmUp?: number
}

export type LoadResult = { latenciesMs: number[]; statuses: Map<number, number> }

/**
 * Sends requests at fixed times, without waiting for earlier responses. A latency starts at the time at which its
 * request was due, so a stall is part of the latency of every request that it delays.
 */
export const sendAtFixedRate = async ({
  baseUrl,
  perSecond,
  seconds,
  requestOf,
  warmUp = 100,
}: Load): Promise<LoadResult> => {
  const agent = new Agent({ keepAlive: true })
  const statuses = new Map<number, number>()
  const sendOnce = async (index: number, countStatus: boolean) => {
    const status = await send(agent, baseUrl, requestOf(index))
    if (countStatus) statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  for (let index = 0; index < warmUp; index += 1) await sendOnce(index, false)

  const count = Math.round(perSecond * seconds)
  // After this pause the rate limits have recovered from the warm-up.
  const startAt = performance.now() + 1000
  const latenciesMs = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const dueAt = startAt + (index * 1000) / perSecond
      await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()))
      await sendOnce(index, true)
      return performance.now() - dueAt
    }),
  )
  agent.destroy()
  return { latenciesMs, statuses }
}

const send = (agent: Agent, baseUrl: string, { path, method, headers, body }: LoadRequest): Promise<number> =>
  new Promise((resolve, reject) => {
    const outgoing = request(baseUrl + path, { agent, method, headers }, (response) => {
      response.resume()
      response.on("end", () => resolve(response.statusCode ?? 0))
      response.on("error", reject)
    })
    outgoing.on("error", reject)
    outgoing.end(body)
  })
