import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { newWebhookSecret } from "../../new-webhook-secret.ts"
import {
  type RotateWebhookSecretResponse,
  rotateWebhookSecretParams,
  rotateWebhookSecretResponse,
} from "./schema.ts"
import { rotateSecret } from "./sql.ts"

export const rotateWebhookSecret = new Hono<EdgeEnv>().post(
  "/commands/webhooks/:endpointId/rotate-secret",
  describeOperation("rotateWebhookSecret", {
    tag: "live",
    summary: "Rotate the secret of a webhook",
    description:
      "Deliveries are signed with the new and the previous secret until `previousSecretExpiresAt`.",
    answers: { 200: { description: "The new secret.", schema: rotateWebhookSecretResponse } },
  }),
  validParam(rotateWebhookSecretParams),
  async (c) => {
    const { database, principal } = c.var
    const { endpointId } = c.req.valid("param")
    const secret = newWebhookSecret()
    const rotated = await database.run(rotateSecret, { userId: principal.userId, endpointId, secret })
    if (!rotated) return problem(c, "not-found")
    c.header("cache-control", "no-store")
    return c.json({ endpointId, secret, ...rotated } satisfies RotateWebhookSecretResponse)
  },
)
