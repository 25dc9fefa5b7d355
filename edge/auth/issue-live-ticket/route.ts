import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { bearer } from "../bearer.ts"
import { expiryOf, signTicket } from "../live-ticket.ts"
import { type LiveTicketResponse, liveTicketResponse } from "./schema.ts"

/** Browsers' EventSource and WebSocket cannot send a bearer token, and a token must not be part of a URL. */
export const issueLiveTicket = new Hono<EdgeEnv>().post(
  "/auth/live-ticket",
  describeOperation("issueLiveTicket", {
    tag: "live",
    summary: "Create a ticket for a live channel",
    description:
      "The ticket opens one live channel without an access token. It can be used once, within 30 s. Use it in browsers, whose EventSource and WebSocket cannot send an `Authorization` header.",
    responses: { 201: { description: "The ticket.", schema: liveTicketResponse } },
  }),
  bearer("photos:read"),
  async (c) => {
    const { config, principal } = c.var
    const ticket = await signTicket(config.eventsEndpointSecret, principal.userId)
    c.header("cache-control", "no-store")
    return c.json({ ticket, expiresAt: expiryOf(ticket).toISOString() } satisfies LiveTicketResponse, 201)
  },
)
