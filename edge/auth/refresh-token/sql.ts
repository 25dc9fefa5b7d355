import * as z from "zod"
import { statementOf } from "../../../db/statement.ts"
import { err, ok, type Result } from "../../../domain/result.ts"
import type { RefreshToken } from "../refresh-family.ts"

export type RotationFailure = { reason: "reused_or_revoked" }

/**
 * Advances a family to its next generation. A token that is not the latest was used before, possibly by an attacker:
 * the whole family is revoked (RFC 9700 §4.14.2). The row is locked, so the second of two concurrent requests with the
 * same token counts as reuse.
 */
export const rotateFamily = statementOf<RefreshToken>()(
  z
    .object({ isRotated: z.boolean() })
    .transform(
      ({ isRotated }): Result<null, RotationFailure> =>
        isRotated ? ok(null) : err({ reason: "reused_or_revoked" }),
    ),
  `
  with input as (select $1::jsonb as doc),
  family as (
    insert into refresh_families as f (family_id, user_id, generation, expires_at)
    select doc->>'familyId', u.user_id, (doc->>'generation')::int + 1, to_timestamp((doc->>'expiresAt')::bigint)
    from input join users u on u.user_id = doc->>'userId' and u.status = 'ACTIVE'
    on conflict (family_id) do update set
      generation = f.generation + 1,
      revoked_at = case when f.revoked_at is null and f.generation + 1 = excluded.generation then null
        else coalesce(f.revoked_at, now()) end
    returning revoked_at
  )
  select jsonb_build_object('isRotated', exists (select from family where revoked_at is null)) as result`,
)
