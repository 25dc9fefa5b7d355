import { api } from "../session/session.ts"

/** The API accepts this many photos in one command. */
const maxPhotos = 500

const inBatches = async (
  photoIds: readonly string[],
  send: (batch: string[]) => Promise<unknown>,
): Promise<void> => {
  for (let start = 0; start < photoIds.length; start += maxPhotos)
    await send(photoIds.slice(start, start + maxPhotos))
}

export const tagPhotos = (
  photoIds: readonly string[],
  change: { add?: string[]; remove?: string[] },
): Promise<void> => inBatches(photoIds, (batch) => api.tagPhotos({ photoIds: batch, ...change }))

export const deletePhotos = (photoIds: readonly string[]): Promise<void> =>
  inBatches(photoIds, (batch) => api.deletePhotos({ photoIds: batch }))
