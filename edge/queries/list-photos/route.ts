import { Hono } from "hono"
import { tagLabelOf } from "../../../domain/tag-label.ts"
import { linkThumbnails } from "../../clients/object-store/thumbnail-links.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified, urlSpanOf } from "../../http/entity-tag.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { pageOf, rowsOf } from "../../http/page.ts"
import { validQuery } from "../../http/validation.ts"
import { type ListPhotosResponse, listPhotosQuery, listPhotosResponse } from "./schema.ts"
import { selectPhotos } from "./sql.ts"

export const listPhotos = new Hono<EdgeEnv>().get(
  "/queries/photos",
  describeOperation("listPhotos", {
    tag: "photos",
    summary: "List and search photos",
    answers: {
      200: { description: "A page of photos, newest first.", schema: listPhotosResponse, headers: ["Link"] },
    },
    isCached: true,
  }),
  validQuery(listPhotosQuery),
  async (c) => {
    const { config, database, principal } = c.var
    const { tag, q, status, takenFrom, takenTo, ...page } = c.req.valid("query")
    const input = {
      userId: principal.userId,
      ...rowsOf(page),
      // What can't be a label is no tag of any photo.
      tagKey: tag === undefined ? null : (tagLabelOf(tag)?.tagKey ?? ""),
      pattern: q === undefined ? null : patternOf(q),
      status: status ?? null,
      takenFrom: takenFrom ?? null,
      takenTo: takenTo === undefined ? null : endOf(takenTo),
    }
    const found = await database.run(selectPhotos(input), input)
    const { items, ...facts } = pageOf(c, found.photos, page.size, ({ photoId }) => photoId)
    const unchanged = notModified(c, `${found.tag}-${urlSpanOf(config)}`)
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

const patternOf = (q: string): string => `%${q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`

const endOf = (captureTime: string): string =>
  captureTime.includes("T") ? captureTime : `${captureTime}T23:59:59`
