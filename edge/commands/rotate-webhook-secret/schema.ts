import * as z from "zod"
import { isEndpointId } from "../../../domain/webhook-endpoint.ts"

export const rotateWebhookSecretParams = z.object({ endpointId: z.string().refine(isEndpointId) })

export const rotateWebhookSecretResponse = z.object({
  endpointId: z.string(),
  secret: z.string(),
  /** Until then deliveries are also signed with the previous secret. */
  previousSecretExpiresAt: z.iso.datetime(),
})

export type RotateWebhookSecretResponse = z.infer<typeof rotateWebhookSecretResponse>
