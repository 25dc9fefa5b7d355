import { Hono } from "hono"
import type { EdgeEnv } from "../../platform/context.ts"
import { describe } from "../../platform/describe.ts"
import { notModified } from "../../platform/entity-tag.ts"
import { type ListWebhooksResponse, listWebhooksResponse } from "./schema.ts"
import { selectWebhooks } from "./sql.ts"

export const listWebhooks = new Hono<EdgeEnv>().get(
  "/queries/webhooks",
  describe("listWebhooks", {
    tag: "live",
    summary: "Your webhooks, without their secrets",
    isCached: true,
    answers: { 200: { description: "All of them: there are few.", schema: listWebhooksResponse } },
  }),
  async (c) => {
    const { tag, items } = await c.var.database.run(selectWebhooks, { userId: c.var.principal.userId })
    return notModified(c, tag) ?? c.json({ items } satisfies ListWebhooksResponse)
  },
)
