import { Hono } from "hono"
import type { UserId } from "../../../domain/ids.ts"
import { type RelayedEvent, relayedEvents } from "../../clients/relayed-event.ts"
import { userChannelOf } from "../../clients/user-channel.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { InvalidBody } from "../../http/validation.ts"
import { isSigned } from "../../http/webhook-signature.ts"

/** Where the relay brings events: to the object of the user whose they are. Bringing them twice changes nothing. */
export const receiveEvents = new Hono<EdgeEnv>().post(
  "/internal/events",
  describeOperation("receiveEvents", {
    tag: "service",
    summary: "Take events from the relay, signed as Standard Webhooks",
    answers: { 204: { description: "All of them are taken." } },
    problems: ["bad-signature", "validation-failed", "database-unavailable"],
  }),
  async (c) => {
    const { config } = c.var
    const body = await c.req.text()
    if (!(await isSigned(c.req.raw.headers, body, config.eventsEndpointSecret)))
      return problem(c, "bad-signature")

    const parsed = relayedEvents.safeParse(parseJson(body))
    if (!parsed.success)
      throw new InvalidBody(
        parsed.error.issues.map(({ path, code, message }) => ({
          pointer: `#/${path.join("/")}`,
          code,
          detail: message,
        })),
      )
    const byUser = Map.groupBy(parsed.data, ({ userId }) => userId)
    await Promise.all(
      Array.from(byUser, ([userId, events]: [UserId, RelayedEvent[]]) =>
        userChannelOf(config, userId).acceptEvents(userId, events),
      ),
    )
    return c.body(null, 204)
  },
)

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
