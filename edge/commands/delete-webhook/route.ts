import { Hono } from "hono"
import * as z from "zod"
import { isEndpointId } from "../../../domain/webhook-endpoint.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { deleteEndpoint } from "./sql.ts"

export const deleteWebhook = new Hono<EdgeEnv>().delete(
  "/commands/webhooks/:endpointId",
  describeOperation("deleteWebhook", {
    tag: "live",
    summary: "Delete a webhook",
    answers: { 204: { description: "Deleted, together with its pending deliveries." } },
  }),
  validParam(z.object({ endpointId: z.string().refine(isEndpointId) })),
  async (c) => {
    const { endpointId } = c.req.valid("param")
    const { isDeleted } = await c.var.database.run(deleteEndpoint, {
      userId: c.var.principal.userId,
      endpointId,
    })
    return isDeleted ? c.body(null, 204) : problem(c, "not-found")
  },
)
