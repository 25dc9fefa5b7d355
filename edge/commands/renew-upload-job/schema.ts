import * as z from "zod"
import { isChecksum } from "../../../domain/checksum.ts"
import { isJobId, isPhotoId } from "../../../domain/ids.ts"
import { maxPhotosPerJob } from "../../../domain/upload-job.ts"
import { uploadItem } from "../../clients/object-store/presigned-upload.ts"

export const renewUploadJobParams = z.object({ jobId: z.string().refine(isJobId) })

const renewedPhoto = z.object({
  photoId: z.string().refine(isPhotoId, "must be a photo id"),
  /** Hex SHA-256 of the file. The new URL accepts only content with this hash, or the photo becomes a DUPLICATE. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "must be 64 hexadecimal digits")
    .transform((hex) => hex.toLowerCase())
    .pipe(z.string().refine(isChecksum))
    .optional(),
})

const photos = z
  .array(renewedPhoto)
  .min(1)
  .max(maxPhotosPerJob)
  .refine((all) => new Set(all.map(({ photoId }) => photoId)).size === all.length, "has a photo twice")

/** The photos to renew. Without a body, or with `{}`: every photo of the job that is not uploaded yet. */
export const renewUploadJobRequest = z.union([photos, z.strictObject({})])

/** The requested photos in the order of the request; without a body the photos that are not uploaded yet. */
export const renewUploadJobResponse = z.object({ jobId: z.string(), items: z.array(uploadItem) })

export type RenewUploadJobRequest = z.input<typeof photos>
export type RenewUploadJobResponse = z.infer<typeof renewUploadJobResponse>
