import { cloudEventOf } from "../../domain/cloud-event.ts"
import { signatureOf } from "../platform/standard-webhook.ts"
import { type Sink, SinkRejected } from "./relay.ts"

export type EdgeSinkOptions = {
  /** `POST /internal/events` of the edge. */
  url: string
  /** `whsec_` and base64: what both sides sign with. */
  secret: string
  environment: string
  fetch?: typeof fetch
}

const timeoutMs = 10_000

/** The edge, which tells the user's Durable Object. Signed as https://www.standardwebhooks.com says. */
export const edgeSink = ({ url, secret, environment, ...options }: EdgeSinkOptions): Sink => {
  const send = options.fetch ?? fetch
  return {
    name: "edge",
    publish: async (events) => {
      const body = JSON.stringify(events.map((event) => cloudEventOf(event, environment)))
      const id = `batch_${events[0]?.eventId}_${events.length}`
      const timestamp = Math.floor(Date.now() / 1000)
      const response = await send(url, {
        method: "POST",
        headers: {
          // https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#33-batched-content-mode
          "content-type": "application/cloudevents-batch+json",
          "webhook-id": id,
          "webhook-timestamp": String(timestamp),
          "webhook-signature": `v1,${signatureOf(secret, id, timestamp, body)}`,
        },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      })
      await response.body?.cancel()
      if (response.ok) return
      // What is wrong with the content; a wrong secret or clock is ours, and no event's fault.
      if ([400, 413, 422].includes(response.status))
        throw new SinkRejected(`the edge answered ${response.status}`)
      throw new Error(`the edge answered ${response.status}`)
    },
  }
}
