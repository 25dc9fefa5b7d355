import * as z from "zod"
import { isJobId } from "../../../domain/ids.ts"
import { uploadItem } from "../../clients/object-store/presigned-upload.ts"

export const renewUploadJobParams = z.object({ jobId: z.string().refine(isJobId) })

/** Only the photos that are not uploaded yet. */
export const renewUploadJobResponse = z.object({ jobId: z.string(), items: z.array(uploadItem) })

export type RenewUploadJobResponse = z.infer<typeof renewUploadJobResponse>
