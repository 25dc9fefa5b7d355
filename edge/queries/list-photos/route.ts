import { Hono } from "hono"
import { linkThumbnails } from "../../clients/object-store/thumbnail-links.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { knownTagsOf, notModified, respondNotModified, urlSpanOf } from "../../http/entity-tag.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { pageOf, rowsOf } from "../../http/page.ts"
import { filtersOf } from "../../http/photo-filters.ts"
import { validQuery } from "../../http/validation.ts"
import { placeColumnsOf, placeOf } from "./place.ts"
import { type ListPhotosResponse, listPhotosQuery, listPhotosResponse } from "./schema.ts"
import { selectPhotos } from "./sql.ts"

export const listPhotos = new Hono<EdgeEnv>().get(
  "/queries/photos",
  describeOperation("listPhotos", {
    tag: "photos",
    summary: "List and search photos",
    description:
      "Returns the caller's photos, newest upload or newest capture first. A photo is returned if it matches all given filters.",
    responses: {
      200: { description: "A page of photos.", schema: listPhotosResponse, headers: ["Link"] },
    },
    isCached: true,
  }),
  validQuery(listPhotosQuery),
  async (c) => {
    const { config, database, principal } = c.var
    const query = c.req.valid("query")
    const { before, offset, limit } = rowsOf(query)
    // The ETag of a response with URLs is valid for one signing period; the statement compares only the stored part.
    const span = `-${urlSpanOf(config)}`
    const input = {
      userId: principal.userId,
      ...filtersOf(query),
      jobId: query.jobId ?? null,
      sort: query.sort,
      ...placeColumnsOf(before),
      offset,
      limit,
      knownTags: knownTagsOf(c).flatMap((known) =>
        known.endsWith(span) ? [known.slice(0, -span.length)] : [],
      ),
    }
    const found = await database.run(selectPhotos(input), input)
    if (found.photos === null) return respondNotModified(c, found.tag + span)
    const { items, ...facts } = pageOf(c, found.photos, query.size, (photo) => placeOf(photo, query.sort))
    const unchanged = notModified(c, found.tag + span)
    if (unchanged) return unchanged
    const photos = await Promise.all(
      items.map(async (photo) => ({
        ...photo,
        thumbnails: await linkThumbnails(config, principal.userId, photo.photoId, photo.thumbnails),
      })),
    )
    return c.json({ items: photos, ...facts } satisfies ListPhotosResponse)
  },
)
