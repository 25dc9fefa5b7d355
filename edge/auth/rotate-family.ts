import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import { err, ok, type Result } from "../../domain/result.ts"
import type { RefreshToken } from "./refresh-family.ts"

export type RotationFailure = { reason: "reused_or_revoked" }

/** For this long after a rotation, the previous token returns the latest one instead of revoking the family. */
export type Rotation = RefreshToken & { leewaySeconds: number }

// Without a leeway no time is compared: a concurrent rotation may have a later time than this statement.
const isRepeated = `(excluded.generation = f.generation
        and (select leeway > interval '0' and f.rotated_at > now() - leeway from input))`

/**
 * Advances a family to its next generation, and returns the generation of the token that the caller gets. A token that
 * is not the latest was used before, possibly by an attacker: the whole family is revoked (RFC 9700 §4.14.2). The row is
 * locked, so the second of two concurrent requests with the same token counts as reuse, unless it is within the leeway.
 */
export const rotateFamily = statementOf<Rotation>()(
  z
    .object({ generation: z.number().int().nullable() })
    .transform(
      ({ generation }): Result<{ generation: number }, RotationFailure> =>
        generation === null ? err({ reason: "reused_or_revoked" }) : ok({ generation }),
    ),
  `
  with input as (
    select doc, make_interval(secs => (doc->>'leewaySeconds')::int) as leeway from (select $1::jsonb as doc) as given
  ),
  family as (
    insert into refresh_families as f (family_id, user_id, generation, expires_at, rotated_at)
    select doc->>'familyId', u.user_id, (doc->>'generation')::int + 1, to_timestamp((doc->>'expiresAt')::bigint), now()
    from input join users u on u.user_id = doc->>'userId' and u.status = 'ACTIVE'
    on conflict (family_id) do update set
      generation = case when ${isRepeated} then f.generation else f.generation + 1 end,
      rotated_at = case when ${isRepeated} then f.rotated_at else now() end,
      revoked_at = case when f.revoked_at is null and (f.generation + 1 = excluded.generation or ${isRepeated})
        then null else coalesce(f.revoked_at, now()) end
    returning generation, revoked_at
  )
  select jsonb_build_object('generation', (select generation from family where revoked_at is null)) as result`,
)
