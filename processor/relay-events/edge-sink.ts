import { Webhook } from "standardwebhooks"
import { z } from "zod"
import { cloudEventOf, type OutboxEvent } from "../../domain/cloud-event.ts"
import { BatchRejected, type FailedEvent, type Sink } from "./deliver-batch.ts"

export type EdgeSinkOptions = {
  /** `POST /internal/events` of the edge. */
  url: string
  /** `whsec_` and base64. The same value as at the edge. */
  secret: string
  environment: string
  fetch?: typeof fetch
}

/** Longer than the edge waits for the slowest Durable Object of a batch. */
const timeoutMs = 10_000

const responseSchema = z.object({
  failed: z.array(
    z.object({
      id: z.string(),
      reason: z.enum(["INVALID_EVENT", "USER_UNAVAILABLE", "BEHIND_FAILED_EVENT"]),
      detail: z.string(),
    }),
  ),
})

/**
 * The edge, which delivers events to the Durable Objects of their users. Requests are signed according to
 * https://www.standardwebhooks.com.
 */
export const edgeSink = ({ url, secret, environment, ...options }: EdgeSinkOptions): Sink => {
  const send = options.fetch ?? fetch
  const webhook = new Webhook(secret)

  const post = async (events: readonly OutboxEvent[]): Promise<z.infer<typeof responseSchema>> => {
    const body = JSON.stringify(events.map((event) => cloudEventOf(event, environment)))
    const id = `batch_${events[0]?.eventId ?? "empty"}_${events.length}`
    const now = new Date()
    const response = await send(url, {
      method: "POST",
      headers: {
        // https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#33-batched-content-mode
        "content-type": "application/cloudevents-batch+json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": webhook.sign(id, now, body),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (response.ok) return responseSchema.parse(await response.json())
    await response.body?.cancel()
    // The content of the batch causes these statuses. A wrong secret or clock is an outage, not a fault of an event.
    if ([400, 413, 422].includes(response.status))
      throw new BatchRejected(`the edge returned ${response.status}`)
    throw new Error(`the edge returned ${response.status}`)
  }

  return {
    name: "edge",
    publish: async (events) => {
      const { failed } = await post(events)
      const eventById = new Map(events.map((event) => [event.eventId, event]))
      return failed.flatMap(({ id, reason, detail }): FailedEvent[] => {
        const event = eventById.get(id)
        if (!event) return []
        const holdKey = reason === "USER_UNAVAILABLE" ? event.userId : event.jobId
        return [{ sequence: event.sequence, error: `${reason}: ${detail}`, holdKey }]
      })
    },
    probe: async () => {
      await post([])
    },
  }
}
