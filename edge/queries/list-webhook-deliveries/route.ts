import { Hono } from "hono"
import type { NotFound } from "../../../domain/result.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified } from "../../http/entity-tag.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { pageOf, rowsOf } from "../../http/page.ts"
import { validParam, validQuery } from "../../http/validation.ts"
import {
  type ListWebhookDeliveriesResponse,
  listWebhookDeliveriesParams,
  listWebhookDeliveriesQuery,
  listWebhookDeliveriesResponse,
} from "./schema.ts"
import { selectDeliveries } from "./sql.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const listWebhookDeliveries = new Hono<EdgeEnv>().get(
  "/queries/webhooks/:endpointId/deliveries",
  describeOperation("listWebhookDeliveries", {
    tag: "live",
    summary: "List the deliveries of a webhook",
    isCached: true,
    responses: {
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
    if (!found.ok) return respondFailure(c, failures, found.error)
    const answer = pageOf(c, found.value.deliveries, query.size, ({ deliveryId }) => deliveryId)
    return notModified(c, found.value.tag) ?? c.json(answer satisfies ListWebhookDeliveriesResponse)
  },
)
