import { AwsClient } from "aws4fetch"
import { z } from "zod"
import { cloudEventOf } from "../../domain/cloud-event.ts"
import type { Sink } from "./relay.ts"

export type EventBridgeOptions = {
  busName: string
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  environment: string
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const maxEntries = 10
const timeoutMs = 10_000

const answer = z.object({
  FailedEntryCount: z.number().int(),
  Entries: z.array(z.object({ ErrorCode: z.string().optional() })),
})

/** An EventBridge bus, for consumers beside the live channel. Each entry's detail is the CloudEvent. */
export const eventBridgeSink = ({
  busName,
  endpoint,
  region,
  credentials,
  environment,
}: EventBridgeOptions): Sink => {
  const client = new AwsClient({ ...credentials, service: "events", region, retries: 1 })
  return {
    name: "EventBridge",
    publish: async (events) => {
      for (let start = 0; start < events.length; start += maxEntries) {
        const entries = events.slice(start, start + maxEntries).map((event) => {
          const cloudEvent = cloudEventOf(event, environment)
          return {
            EventBusName: busName,
            Source: "rapid-photo-upload",
            DetailType: event.type,
            Time: event.occurredAt.getTime() / 1000,
            Detail: JSON.stringify(cloudEvent),
          }
        })
        const response = await client.fetch(endpoint, {
          method: "POST",
          headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSEvents.PutEvents" },
          body: JSON.stringify({ Entries: entries }),
          signal: AbortSignal.timeout(timeoutMs),
        })
        if (!response.ok) throw new Error(`PutEvents answered ${response.status}`)
        // A part of the entries may fail in an answer of 200; all are sent again, and consumers know them by id.
        const { FailedEntryCount, Entries } = answer.parse(await response.json())
        const codes = Entries.flatMap(({ ErrorCode }) => ErrorCode ?? [])
        if (FailedEntryCount > 0)
          throw new Error(`PutEvents failed for ${FailedEntryCount}: ${codes.join(", ")}`)
      }
    },
  }
}
