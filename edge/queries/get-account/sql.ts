import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { accountResponse } from "./schema.ts"

/** Reads the user's account. The used bytes and photos are those that count towards the quota. */
export const selectAccount = statementOf<{ userId: UserId }>()(
  accountResponse,
  `
  with ${inputOfActingUser}
  select jsonb_build_object('userId', u.user_id, 'email', u.email, 'usedBytes', u.used_bytes,
    'limitBytes', u.quota_bytes, 'photoCount', u.used_photos) as result
  from input join users u on u.user_id = doc->>'userId'`,
)
