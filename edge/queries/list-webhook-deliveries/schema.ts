import * as z from "zod"
import { isEndpointId } from "../../../domain/webhook-endpoint.ts"
import { instant } from "../../http/instant.ts"
import { listQuery, pageFacts } from "../../http/page.ts"

const isDeliveryId = (text: string): text is `${number}` => /^\d{1,18}$/.test(text)

export const listWebhookDeliveriesParams = z.object({ endpointId: z.string().refine(isEndpointId) })
export const listWebhookDeliveriesQuery = listQuery(isDeliveryId, {})

export const storedDelivery = z.object({
  deliveryId: z.string(),
  eventId: z.string(),
  type: z.string(),
  status: z.enum(["PENDING", "DELIVERED", "FAILED"]),
  attempts: z.number().int(),
  /** HTTP status of the last response. */
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
  nextAttemptAt: instant.nullable(),
  deliveredAt: instant.nullable(),
  createdAt: instant,
})

export const listWebhookDeliveriesResponse = z.object({
  /** Newest first. */
  items: z.array(
    storedDelivery.extend({
      nextAttemptAt: z.iso.datetime().nullable(),
      deliveredAt: z.iso.datetime().nullable(),
      createdAt: z.iso.datetime(),
    }),
  ),
  ...pageFacts,
})

export type ListWebhookDeliveriesResponse = z.infer<typeof listWebhookDeliveriesResponse>
