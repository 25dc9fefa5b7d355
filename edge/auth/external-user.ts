import * as z from "zod"
import { type Database, statementOf } from "../../db/statement.ts"
import type { UserId } from "../../domain/ids.ts"
import type { Principal } from "../http/context.ts"

/** A caller whom a foreign issuer vouches for. */
export type ExternalPrincipal = Principal & { issuer: string; subject: string }

/** Users whose row this isolate has seen; more are forgotten and looked at again. */
const maxKnownUsers = 10_000
const knownUsers = new Set<string>()

/** Makes the user's row on first sight. An isolate asks once, so a request costs no further round trip. */
export const ensureExternalUser = async (
  database: Database,
  { userId, issuer, subject }: ExternalPrincipal,
): Promise<void> => {
  if (knownUsers.has(userId)) return
  await database.run(insertExternalUser, { userId, issuer, subject })
  if (knownUsers.size >= maxKnownUsers) knownUsers.clear()
  knownUsers.add(userId)
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
