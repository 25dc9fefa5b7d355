import { Hono } from "hono"
import * as z from "zod"
import type { NotFound } from "../../../domain/result.ts"
import { isEndpointId } from "../../../domain/webhook-endpoint.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { deleteEndpoint } from "./sql.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const deleteWebhook = new Hono<EdgeEnv>().delete(
  "/commands/webhooks/:endpointId",
  describeOperation("deleteWebhook", {
    tag: "live",
    summary: "Delete a webhook",
    responses: { 204: { description: "Deleted, together with its pending deliveries." } },
  }),
  validParam(z.object({ endpointId: z.string().refine(isEndpointId) })),
  async (c) => {
    const { endpointId } = c.req.valid("param")
    const deleted = await c.var.database.run(deleteEndpoint, {
      userId: c.var.principal.userId,
      endpointId,
    })
    return deleted.ok ? c.body(null, 204) : respondFailure(c, failures, deleted.error)
  },
)
