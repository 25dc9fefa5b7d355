import * as z from "zod"
import { eventTypes } from "../../../domain/events.ts"

export const registerWebhookRequest = z.object({
  /** The URL that receives deliveries by POST: https, with a public address. */
  url: z.url().max(2000),
  /** All event types if absent. */
  eventTypes: z.array(z.enum(eventTypes)).min(1).optional(),
})

export const registerWebhookResponse = z.object({
  endpointId: z.string(),
  url: z.string(),
  eventTypes: z.array(z.enum(eventTypes)).nullable(),
  /** The key that signs deliveries. Returned only at registration and rotation. */
  secret: z.string(),
})

export type RegisterWebhookResponse = z.infer<typeof registerWebhookResponse>
