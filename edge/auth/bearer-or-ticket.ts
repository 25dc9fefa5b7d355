import { createMiddleware } from "hono/factory"
import { userChannelOf } from "../clients/user-channel.ts"
import type { EdgeEnv } from "../http/context.ts"
import { bearerFacts, withFacts } from "../http/operation-docs.ts"
import { problem } from "../http/problem.ts"
import { bearer } from "./bearer.ts"
import { readTicket } from "./live-ticket.ts"

const bearerToken = bearer("photos:read")

/** Accepts a bearer token, or a `ticket` in the query that opens one live channel. */
export const bearerOrTicket = withFacts(
  createMiddleware<EdgeEnv>(async (c, next) => {
    const text = c.req.query("ticket")
    if (text === undefined) return bearerToken(c, next)
    const { config } = c.var
    const ticket = await readTicket(config.eventsEndpointSecret, text)
    if (!ticket || !(await userChannelOf(config, ticket.userId).useTicket(ticket.nonce, ticket.expiresAt)))
      return problem(c, "unauthenticated", {
        detail: "The ticket was already used or has expired. Get a new one with POST /auth/live-ticket.",
      })
    const { userId } = ticket
    c.set("principal", { userId, scopes: ["photos:read"] })
    c.var.logFacts.userId = userId
    return next()
  }),
  bearerFacts("photos:read"),
)
