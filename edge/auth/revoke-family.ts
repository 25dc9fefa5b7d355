import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import type { RefreshToken } from "./refresh-family.ts"

/** Revokes all refresh tokens of a sign-in, even if none was used. */
export const revokeFamily = statementOf<RefreshToken>()(
  z.object({ isRevoked: z.boolean() }),
  `
  with input as (select $1::jsonb as doc),
  family as (
    insert into refresh_families as f (family_id, user_id, generation, expires_at, revoked_at)
    select doc->>'familyId', u.user_id, (doc->>'generation')::int, to_timestamp((doc->>'expiresAt')::bigint), now()
    from input join users u on u.user_id = doc->>'userId'
    on conflict (family_id) do update set revoked_at = coalesce(f.revoked_at, now())
    returning 1
  )
  select jsonb_build_object('isRevoked', exists (select from family)) as result`,
)
