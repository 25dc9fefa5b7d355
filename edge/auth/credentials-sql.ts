import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import { isUserId } from "../../domain/ids.ts"

/** Selects the account with an email address. Null: there is no such account, or it may not sign in. */
export const selectCredentials = statementOf<{ email: string }>()(
  z.object({ userId: z.string().refine(isUserId), passwordHash: z.string() }).nullable(),
  `
  select (
    select jsonb_build_object('userId', user_id, 'passwordHash', password_hash)
    from users where email = $1::jsonb->>'email' and password_hash is not null and status = 'ACTIVE'
  ) as result`,
)
