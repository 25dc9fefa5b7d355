import * as z from "zod"

export const liveTicketResponse = z.object({
  /** Pass it once, as `?ticket=…` in the URL of a live channel. */
  ticket: z.string(),
  expiresAt: z.iso.datetime(),
})

export type LiveTicketResponse = z.infer<typeof liveTicketResponse>
