import * as z from "zod"
import { type Database, statementOf } from "../../db/statement.ts"
import type { UserId } from "../../domain/ids.ts"
import type { ExternalUser } from "../../domain/user.ts"

/** Users whose row is known to exist. When the set is full it is cleared, and the rows are inserted again if absent. */
const maxEnsuredUsers = 10_000
const ensuredUsers = new Set<string>()

/** Inserts the user's row at their first request. Runs once per user and isolate, so later requests need no round trip. */
export const ensureExternalUser = async (
  database: Database,
  { userId, issuer, subject }: ExternalUser,
): Promise<void> => {
  if (ensuredUsers.has(userId)) return
  await database.run(insertExternalUser, { userId, issuer, subject })
  if (ensuredUsers.size >= maxEnsuredUsers) ensuredUsers.clear()
  ensuredUsers.add(userId)
}

const insertExternalUser = statementOf<{ userId: UserId; issuer: string; subject: string }>()(
  z.object({ isNew: z.boolean() }),
  `
  with input as (select $1::jsonb as doc),
  added as (
    insert into users (user_id, oidc_issuer, oidc_subject)
    select doc->>'userId', doc->>'issuer', doc->>'subject' from input
    on conflict do nothing
    returning 1
  )
  select jsonb_build_object('isNew', exists (select from added)) as result`,
)
