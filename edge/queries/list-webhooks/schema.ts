import * as z from "zod"
import { eventTypes } from "../../../domain/events.ts"
import { instant } from "../../http/instant.ts"

export const storedWebhook = z.object({
  endpointId: z.string(),
  url: z.string(),
  eventTypes: z.array(z.enum(eventTypes)).nullable(),
  /** Set when the webhook was disabled after failed deliveries. */
  disabledAt: instant.nullable(),
  disabledReason: z.string().nullable(),
  createdAt: instant,
})

export const listWebhooksResponse = z.object({
  items: z.array(
    storedWebhook.extend({ disabledAt: z.iso.datetime().nullable(), createdAt: z.iso.datetime() }),
  ),
})

export type ListWebhooksResponse = z.infer<typeof listWebhooksResponse>
