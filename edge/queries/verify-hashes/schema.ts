import * as z from "zod"

/** Maximum number of hashes in a request. */
export const maxHashes = 1000

export const verifyHashesRequest = z.object({
  /** SHA-256 of files, in hex. */
  sha256: z
    .array(
      z
        .string()
        .regex(/^[0-9a-fA-F]{64}$/, "must be a SHA-256 in hex")
        .transform((text) => text.toLowerCase()),
    )
    .min(1)
    .max(maxHashes),
})

export const verifyHashesResponse = z.object({
  /** One for each hash, in the order of the request. */
  items: z.array(
    z.object({
      sha256: z.string(),
      /** Whether a COMPLETED photo of the account that is not deleted has exactly these bytes. */
      isStored: z.boolean(),
      photoId: z.string().nullable(),
      jobId: z.string().nullable(),
    }),
  ),
})

export type VerifyHashesResponse = z.infer<typeof verifyHashesResponse>
