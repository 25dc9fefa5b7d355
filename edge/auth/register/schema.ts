import * as z from "zod"

export const registerRequest = z.object({
  email: z
    .email({ message: "must be an email address" })
    .max(254)
    .transform((email) => email.toLowerCase()),
  /** ASVS 5.0 6.2.1 and 6.2.9: at least 8 characters, long passphrases allowed, no composition rules. */
  password: z.string().min(8).max(128),
})

export const registerResponse = z.object({ userId: z.string(), email: z.string() })

export type RegisterResponse = z.infer<typeof registerResponse>
