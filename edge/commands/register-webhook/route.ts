import { Hono } from "hono"
import { maxEndpoints } from "../../../domain/webhook-endpoint.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validationFailed, validJson } from "../../http/validation.ts"
import { newId } from "../../new-id.ts"
import { newWebhookSecret } from "../../new-webhook-secret.ts"
import { type RegisterWebhookResponse, registerWebhookRequest, registerWebhookResponse } from "./schema.ts"
import { insertEndpoint } from "./sql.ts"

export const registerWebhook = new Hono<EdgeEnv>().post(
  "/commands/webhooks",
  describeOperation("registerWebhook", {
    tag: "live",
    summary: "Register a webhook",
    description:
      "Sends events to the URL as CloudEvents, signed according to [Standard Webhooks](https://www.standardwebhooks.com). docs/events.md describes the events.",
    answers: {
      201: {
        description: "The webhook with its secret. The secret is returned only once.",
        schema: registerWebhookResponse,
      },
    },
    problems: ["too-many-webhooks"],
  }),
  validJson(registerWebhookRequest),
  async (c) => {
    const { config, database, principal } = c.var
    const { url, eventTypes = null } = c.req.valid("json")
    if (!mayBeTarget(new URL(url), config.environment))
      return validationFailed(c, [
        { pointer: "#/url", code: "url_not_allowed", detail: "must be an https URL without credentials" },
      ])
    const endpoint = {
      endpointId: newId.endpoint(),
      url: new URL(url).href,
      eventTypes,
      secret: newWebhookSecret(),
    }
    const { isAdded } = await database.run(insertEndpoint, { userId: principal.userId, ...endpoint })
    if (!isAdded)
      return problem(c, "too-many-webhooks", {
        detail: `Delete a webhook first. The limit is ${maxEndpoints}.`,
      })
    c.header("cache-control", "no-store")
    return c.json(endpoint satisfies RegisterWebhookResponse, 201)
  },
)

// Every delivery checks that the address is public, because a DNS name can resolve to another address later.
const mayBeTarget = (url: URL, environment: string): boolean => {
  if (url.username || url.password) return false
  const isLocal = environment === "local" || environment === "test"
  const isLoopback = url.hostname === "127.0.0.1" || url.hostname === "localhost"
  return url.protocol === "https:" || (isLocal && url.protocol === "http:" && isLoopback)
}
