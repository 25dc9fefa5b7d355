import * as z from "zod"

export const accountResponse = z.object({
  userId: z.string(),
  /** Null for users of an external identity provider. */
  email: z.string().nullable(),
  usedBytes: z.number().int(),
  /** Null: unlimited. */
  limitBytes: z.number().int().nullable(),
  photoCount: z.number().int(),
})

export type AccountResponse = z.infer<typeof accountResponse>
