import { Hono } from "hono"
import type { NotFound } from "../../../domain/result.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { newWebhookSecret } from "../../new-webhook-secret.ts"
import {
  type RotateWebhookSecretResponse,
  rotateWebhookSecretParams,
  rotateWebhookSecretResponse,
} from "./schema.ts"
import { rotateSecret } from "./sql.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const rotateWebhookSecret = new Hono<EdgeEnv>().post(
  "/commands/webhooks/:endpointId/rotate-secret",
  describeOperation("rotateWebhookSecret", {
    tag: "live",
    summary: "Rotate the secret of a webhook",
    description:
      "Deliveries are signed with the new and the previous secret until `previousSecretExpiresAt`.",
    responses: { 200: { description: "The new secret.", schema: rotateWebhookSecretResponse } },
  }),
  validParam(rotateWebhookSecretParams),
  async (c) => {
    const { database, principal } = c.var
    const { endpointId } = c.req.valid("param")
    const secret = newWebhookSecret()
    const rotated = await database.run(rotateSecret, { userId: principal.userId, endpointId, secret })
    if (!rotated.ok) return respondFailure(c, failures, rotated.error)
    c.header("cache-control", "no-store")
    return c.json({ endpointId, secret, ...rotated.value } satisfies RotateWebhookSecretResponse)
  },
)
