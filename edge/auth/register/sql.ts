import * as z from "zod"
import { statementOf } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { err, ok, type Result } from "../../../domain/result.ts"

export type RegisterFailure = { reason: "email_taken" }

/** Inserts an account unless one exists with this email address. */
export const insertUser = statementOf<{ userId: UserId; email: string; passwordHash: string }>()(
  z
    .object({ isNew: z.boolean() })
    .transform(
      ({ isNew }): Result<null, RegisterFailure> => (isNew ? ok(null) : err({ reason: "email_taken" })),
    ),
  `
  with input as (select $1::jsonb as doc),
  added as (
    insert into users (user_id, email, password_hash)
    select doc->>'userId', doc->>'email', doc->>'passwordHash' from input
    on conflict (email) do nothing
    returning user_id
  )
  select jsonb_build_object('isNew', exists (select from added)) as result`,
)
