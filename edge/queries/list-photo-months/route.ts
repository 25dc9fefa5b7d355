import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified } from "../../http/entity-tag.ts"
import { fingerprintOf } from "../../http/idempotency-key.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { filtersOf } from "../../http/photo-filters.ts"
import { validQuery } from "../../http/validation.ts"
import { type ListPhotoMonthsResponse, listPhotoMonthsQuery, listPhotoMonthsResponse } from "./schema.ts"
import { selectPhotoMonths } from "./sql.ts"

export const listPhotoMonths = new Hono<EdgeEnv>().get(
  "/queries/photos/months",
  describeOperation("listPhotoMonths", {
    tag: "photos",
    summary: "Count photos per month",
    description:
      "Returns the months of the photos that `GET /queries/photos` lists with the same filters, in the order of `sort=taken`.",
    responses: { 200: { description: "The months that have photos.", schema: listPhotoMonthsResponse } },
    isCached: true,
  }),
  validQuery(listPhotoMonthsQuery),
  async (c) => {
    const { database, principal } = c.var
    const filters = filtersOf(c.req.valid("query"))
    const items = await database.run(selectPhotoMonths(filters), { ...filters, userId: principal.userId })
    return notModified(c, await fingerprintOf(items)) ?? c.json({ items } satisfies ListPhotoMonthsResponse)
  },
)
