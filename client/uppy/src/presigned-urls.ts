import type {
  ApiClient,
  OpenMultipartUploadResponse,
  RenewUploadResponse,
  UploadItem,
} from "rapid-photo-upload-sdk/api"
import { repeating } from "./repeating.ts"

/** A URL that expires sooner is renewed before it is used, in ms. */
const minLifetimeMs = 30_000

export type PresignedPut = { url: string; headers: Record<string, string> }

/** The presigned URLs of all photos. They live in memory only: after a reload they are renewed. */
export type PresignedUrls = {
  add: (items: readonly UploadItem[]) => void
  /** The URL of a whole file; null if the photo no longer accepts an upload, for example because it is stored. */
  wholeFile: (photoId: string, jobId: string) => Promise<PresignedPut | null>
  openMultipart: (photoId: string) => Promise<OpenMultipartUploadResponse>
  part: (photoId: string, partNumber: number) => Promise<PresignedPut>
  /** Removes the URLs of a photo, because S3 rejected one. */
  forget: (photoId: string) => void
}

export const presignedUrls = (api: ApiClient): PresignedUrls => {
  const items = new Map<string, UploadItem | RenewUploadResponse>()
  const multiparts = new Map<string, OpenMultipartUploadResponse>()
  const renewals = new Map<string, Promise<void>>()

  const add: PresignedUrls["add"] = (added) => {
    for (const item of added) items.set(item.photoId, item)
  }
  // One call renews the URLs of all waiting photos; files that ask at the same time share it.
  const renewJob = (jobId: string): Promise<void> => {
    const running = renewals.get(jobId)
    if (running) return running
    const renewal = repeating(() => api.renewUploadJob(jobId))
      .then((renewed) => add(renewed.items))
      .finally(() => renewals.delete(jobId))
    renewals.set(jobId, renewal)
    return renewal
  }
  const openMultipart: PresignedUrls["openMultipart"] = async (photoId) => {
    const opened = await repeating(() => api.openMultipartUpload(photoId))
    multiparts.set(photoId, opened)
    return opened
  }

  return {
    add,
    wholeFile: async (photoId, jobId) => {
      if (!isUsable(items.get(photoId))) {
        items.delete(photoId)
        await renewJob(jobId)
      }
      const item = items.get(photoId)
      return item?.presignedUrl ? { url: item.presignedUrl, headers: settable(item.headers) } : null
    },
    openMultipart,
    part: async (photoId, partNumber) => {
      const known = multiparts.get(photoId)
      const opened = known && isUsable(known) ? known : await openMultipart(photoId)
      const part = opened.parts.find((candidate) => candidate.partNumber === partNumber)
      if (!part) throw new Error(`The photo ${photoId} has no part ${partNumber}`)
      return { url: part.presignedUrl, headers: settable(part.headers) }
    },
    forget: (photoId) => {
      items.delete(photoId)
      multiparts.delete(photoId)
    },
  }
}

const isUsable = (signed: { expiresAt: string | null } | undefined): boolean =>
  signed?.expiresAt != null && Date.parse(signed.expiresAt) - Date.now() > minLifetimeMs

// Browsers set these two themselves and warn about scripts that set them.
const settable = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !["content-length", "host"].includes(name.toLowerCase())),
  )
