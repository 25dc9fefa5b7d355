import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge"
import { cloudEventOf } from "../../domain/cloud-event.ts"
import { awsClientConfig } from "../platform/aws-client.ts"
import type { Sink } from "./relay.ts"

export type EventBridgeOptions = {
  busName: string
  /** Absent: EventBridge in the region. */
  endpoint?: string | undefined
  region: string
  environment: string
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const maxEntries = 10
const requestTimeoutMs = 10_000

/** An EventBridge bus, for consumers beside the live channel. The detail of each entry is the CloudEvent. */
export const eventBridgeSink = ({ busName, endpoint, region, environment }: EventBridgeOptions): Sink => {
  const client = new EventBridgeClient(awsClientConfig({ region, endpoint, requestTimeoutMs }))
  return {
    name: "EventBridge",
    publish: async (events) => {
      for (let start = 0; start < events.length; start += maxEntries) {
        const Entries = events.slice(start, start + maxEntries).map((event) => ({
          EventBusName: busName,
          Source: "rapid-photo-upload",
          DetailType: event.type,
          Time: event.occurredAt,
          Detail: JSON.stringify(cloudEventOf(event, environment)),
        }))
        const response = await client.send(new PutEventsCommand({ Entries }))
        // Some entries may fail in a response of 200. All are sent again; consumers deduplicate by id.
        const codes = (response.Entries ?? []).flatMap(({ ErrorCode }) => ErrorCode ?? [])
        if (response.FailedEntryCount !== 0)
          throw new Error(`PutEvents failed for ${response.FailedEntryCount}: ${codes.join(", ")}`)
      }
    },
  }
}
