import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified } from "../../http/entity-tag.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { type ListWebhooksResponse, listWebhooksResponse } from "./schema.ts"
import { selectWebhooks } from "./sql.ts"

export const listWebhooks = new Hono<EdgeEnv>().get(
  "/queries/webhooks",
  describeOperation("listWebhooks", {
    tag: "live",
    summary: "List webhooks",
    isCached: true,
    responses: {
      200: {
        description: "All webhooks of the account, without their secrets.",
        schema: listWebhooksResponse,
      },
    },
  }),
  async (c) => {
    const { tag, items } = await c.var.database.run(selectWebhooks, { userId: c.var.principal.userId })
    return notModified(c, tag) ?? c.json({ items } satisfies ListWebhooksResponse)
  },
)
