import { Hono } from "hono"
import { maxEndpoints } from "../../../domain/webhook-endpoint.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { invalidFields, validJson } from "../../http/validation.ts"
import { registerWebhook as handle, type RegisterWebhookFailure } from "./handler.ts"
import { registerWebhookRequest, registerWebhookResponse } from "./schema.ts"

const failures: FailureProblems<RegisterWebhookFailure> = {
  url_not_allowed: [
    "validation-failed",
    invalidFields([
      { pointer: "#/url", code: "url_not_allowed", detail: "must be an https URL without credentials" },
    ]),
  ],
  too_many_webhooks: [
    "too-many-webhooks",
    { detail: `Delete a webhook first. The limit is ${maxEndpoints}.` },
  ],
}

export const registerWebhook = new Hono<EdgeEnv>().post(
  "/commands/webhooks",
  describeOperation("registerWebhook", {
    tag: "live",
    summary: "Register a webhook",
    description:
      "Sends events to the URL as CloudEvents, signed according to [Standard Webhooks](https://www.standardwebhooks.com). docs/events.md lists the events.",
    responses: {
      201: {
        description: "The webhook with its secret. The secret is returned only once.",
        schema: registerWebhookResponse,
      },
    },
    problems: problemTypesOf(failures),
  }),
  validJson(registerWebhookRequest),
  async (c) => {
    const { config, database, principal } = c.var
    const { url, eventTypes = null } = c.req.valid("json")
    const registered = await handle(
      { environment: config.environment, database },
      { userId: principal.userId, url: new URL(url), eventTypes },
    )
    if (!registered.ok) return respondFailure(c, failures, registered.error)
    c.header("cache-control", "no-store")
    return c.json(registered.value, 201)
  },
)
