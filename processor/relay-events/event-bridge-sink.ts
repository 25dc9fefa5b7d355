import { setTimeout as pause } from "node:timers/promises"
import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from "@aws-sdk/client-eventbridge"
import { cloudEventOf, type OutboxEvent } from "../../domain/cloud-event.ts"
import { awsClientConfig } from "../platform/aws-client.ts"
import type { FailedEvent, Sink } from "./deliver-batch.ts"

export type EventBridgeOptions = {
  busName: string
  region: string
  /** @default EventBridge in the region */
  endpoint?: string | undefined
  environment: string
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const maxEntries = 10
const requestTimeoutMs = 10_000

/** Maximum attempts per entry within one `publish`. AWS recommends to send failed entries again. */
const maxAttempts = 3
const retryMs = 100

/** An EventBridge bus, for consumers other than the live channel. The detail of each entry is the CloudEvent. */
export const eventBridgeSink = ({ busName, region, endpoint, environment }: EventBridgeOptions): Sink => {
  const client = new EventBridgeClient(awsClientConfig({ region, endpoint, requestTimeoutMs }))

  const put = async (entries: PutEventsRequestEntry[]): Promise<PutEventsResultEntry[]> => {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: entries }))
    return Entries
  }

  /** Sends at most ten events and retries failed entries a few times. Resolves with the events that still fail. */
  const putEvents = async (events: readonly OutboxEvent[]): Promise<FailedEvent[]> => {
    let remaining = events
    let failed: FailedEvent[] = []
    for (let attempt = 1; remaining.length > 0; attempt += 1) {
      const results = await put(remaining.map((event) => entryOf(event, busName, environment)))
      failed = remaining.flatMap(({ sequence, jobId }, index) => {
        const code = results[index]?.ErrorCode
        return code === undefined ? [] : [{ sequence, error: code, holdKey: jobId }]
      })
      if (attempt === maxAttempts) break
      remaining = remaining.filter((event) => failed.some(({ sequence }) => sequence === event.sequence))
      if (remaining.length > 0) await pause(retryMs * 2 ** attempt)
    }
    return failed
  }

  return {
    name: "event-bus",
    publish: async (events) => {
      const failed: FailedEvent[] = []
      for (let start = 0; start < events.length; start += maxEntries) {
        const chunk = events.slice(start, start + maxEntries)
        const chunkFailed = await putEvents(chunk)
        failed.push(...chunkFailed)
        const error = chunkFailed[0]?.error
        if (error === undefined || chunkFailed.length < chunk.length) continue
        // A bus that accepts no event is unavailable or denies access; this is not a fault of an event.
        if (failed.length === start + chunk.length)
          throw new Error(`PutEvents failed for every event: ${error}`)
        const unsent = events.slice(start + maxEntries)
        return [...failed, ...unsent.map(({ sequence, jobId }) => ({ sequence, error, holdKey: jobId }))]
      }
      return failed
    },
    // PutEvents reports invalid content per entry, so a call that fails as a whole is always an outage.
    probe: () => Promise.reject(new Error("the event bus is unavailable")),
  }
}

const entryOf = (event: OutboxEvent, busName: string, environment: string): PutEventsRequestEntry => ({
  EventBusName: busName,
  Source: "rapid-photo-upload",
  DetailType: event.type,
  Time: event.occurredAt,
  Detail: JSON.stringify(cloudEventOf(event, environment)),
})
