import * as z from "zod"
import { isPhotoId } from "../../domain/ids.ts"

/** Maximum number of photos in a command. */
export const maxPhotosPerCommand = 500

/** The photos of a command, each once. */
export const photoIds = z
  .array(z.string().refine(isPhotoId, "must be a photo id"))
  .min(1)
  .max(maxPhotosPerCommand)
  .transform((ids) => [...new Set(ids)])
