import * as z from "zod"

export const liveTicketResponse = z.object({
  /** Goes into the URL of one live channel, `?ticket=…`, once. */
  ticket: z.string(),
  expiresAt: z.iso.datetime(),
})

export type LiveTicketResponse = z.infer<typeof liveTicketResponse>
