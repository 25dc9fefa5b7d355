import * as z from "zod"
import { eventTypes } from "../../../domain/events.ts"

export const registerWebhookRequest = z.object({
  /** Where deliveries are POSTed: https, and an address that anyone can reach. */
  url: z.url().max(2000),
  /** All of them when absent. */
  eventTypes: z.array(z.enum(eventTypes)).min(1).optional(),
})

export const registerWebhookResponse = z.object({
  endpointId: z.string(),
  url: z.string(),
  eventTypes: z.array(z.enum(eventTypes)).nullable(),
  /** Signs every delivery. It is told here and when it is rotated, and never again. */
  secret: z.string(),
})

export type RegisterWebhookRequest = z.input<typeof registerWebhookRequest>
export type RegisterWebhookResponse = z.infer<typeof registerWebhookResponse>
