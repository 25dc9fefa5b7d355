import { Hono } from "hono"
import { withinTime } from "../../../db/time-limit.ts"
import type { UserId } from "../../../domain/ids.ts"
import type { RelayedEvent } from "../../clients/relayed-event.ts"
import { userChannelOf } from "../../clients/user-channel.ts"
import type { Config } from "../../config.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { logFailure } from "../../http/log.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { InvalidBody } from "../../http/validation.ts"
import { isSigned } from "../../http/webhook-signature.ts"
import { parseBatch } from "./parse-batch.ts"
import { eventBatch, type FailedEvent, type ReceiveEventsResponse, receiveEventsResponse } from "./schema.ts"

/**
 * Time limit for one Durable Object to accept its user's events. The whole batch waits for the slowest object, so this
 * also limits the delay that one user can cause for the others.
 */
const userTimeLimitMs = 5_000

/**
 * Receives events from the relay and delivers each to its user's Durable Object. Idempotent. The response lists the
 * events that were not accepted, so that one failing user does not delay the others.
 */
export const receiveEvents = new Hono<EdgeEnv>().post(
  "/internal/events",
  describeOperation("receiveEvents", {
    tag: "service",
    summary: "Receive a batch of events from the relay",
    description:
      "Only the relay calls it. Accepts a CloudEvents batch that is signed according to Standard Webhooks. An empty batch checks that the edge is available.",
    responses: {
      200: { description: "Which events were accepted and which failed.", schema: receiveEventsResponse },
    },
    problems: ["bad-signature", "validation-failed"],
  }),
  async (c) => {
    const body = await c.req.text()
    if (!(await isSigned(c.req.raw.headers, body, c.var.config.eventsEndpointSecret)))
      return problem(c, "bad-signature")
    const batch = eventBatch.safeParse(parseJson(body))
    if (!batch.success)
      throw new InvalidBody(
        batch.error.issues.map(({ code, message }) => ({ pointer: "#", code, detail: message })),
      )
    const { byUser, failed } = parseBatch(batch.data)
    const unavailable = await Promise.all(
      Array.from(byUser, ([userId, events]) => deliverTo(c.var.config, userId, events)),
    )
    const allFailed = [...failed, ...unavailable.flat()]
    return c.json({
      accepted: batch.data.length - allFailed.length,
      failed: allFailed,
    } satisfies ReceiveEventsResponse)
  },
)

/** Delivers the events of one user. Returns all of them as failed when the user's object does not accept them. */
const deliverTo = async (config: Config, userId: UserId, events: RelayedEvent[]): Promise<FailedEvent[]> => {
  try {
    await withinTime(
      userChannelOf(config, userId).acceptEvents(userId, events),
      userTimeLimitMs,
      () => new Error(`the Durable Object did not respond within ${userTimeLimitMs} ms`),
    )
    return []
  } catch (error) {
    logFailure("events not accepted", error, { userId })
    const detail = "The user's Durable Object did not accept the events."
    return events.map(({ eventId }) => ({ id: eventId, reason: "USER_UNAVAILABLE", detail }))
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
