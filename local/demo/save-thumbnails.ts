import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { PhotoResponse } from "../../client/sdk/src/api/contract.ts"

/**
 * Downloads every thumbnail from its presigned URL into `folder`.
 * @throws Error when a download fails: a COMPLETED photo has its thumbnails
 */
export const saveThumbnails = async (photos: readonly PhotoResponse[], folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  for (const { photoId, filename, thumbnails } of photos)
    for (const { url, variant } of thumbnails) {
      const response = await fetch(url)
      if (!response.ok)
        throw new Error(`the ${variant} px thumbnail of ${photoId} returned status ${response.status}`)
      await writeFile(
        join(folder, `${filename}-${photoId.slice(-6)}-${variant}.webp`),
        await response.bytes(),
      )
    }
}
