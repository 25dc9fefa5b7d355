import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified } from "../../http/entity-tag.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { pageOf, rowsOf } from "../../http/page.ts"
import { problem } from "../../http/problem.ts"
import { validParam, validQuery } from "../../http/validation.ts"
import {
  type ListWebhookDeliveriesResponse,
  listWebhookDeliveriesParams,
  listWebhookDeliveriesQuery,
  listWebhookDeliveriesResponse,
} from "./schema.ts"
import { selectDeliveries } from "./sql.ts"

export const listWebhookDeliveries = new Hono<EdgeEnv>().get(
  "/queries/webhooks/:endpointId/deliveries",
  describeOperation("listWebhookDeliveries", {
    tag: "live",
    summary: "List the deliveries of a webhook",
    isCached: true,
    answers: {
      200: {
        description: "A page of deliveries, newest first.",
        schema: listWebhookDeliveriesResponse,
        headers: ["Link"],
      },
    },
  }),
  validParam(listWebhookDeliveriesParams),
  validQuery(listWebhookDeliveriesQuery),
  async (c) => {
    const { endpointId } = c.req.valid("param")
    const query = c.req.valid("query")
    const found = await c.var.database.run(selectDeliveries, {
      userId: c.var.principal.userId,
      endpointId,
      ...rowsOf(query),
    })
    if (!found) return problem(c, "not-found")
    const answer = pageOf(c, found.deliveries, query.size, ({ deliveryId }) => deliveryId)
    return notModified(c, found.tag) ?? c.json(answer satisfies ListWebhookDeliveriesResponse)
  },
)
