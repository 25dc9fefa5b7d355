import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import type { EndpointId } from "../../../domain/webhook-endpoint.ts"
import { instant } from "../../http/instant.ts"

/** Sets a new secret. The previous one stays valid for one day. */
export const rotateSecret = statementOf<{ userId: UserId; endpointId: EndpointId; secret: string }>()(
  rowOrNotFound(z.object({ previousSecretExpiresAt: instant })),
  `
  with ${inputOfActingUser},
  rotated as (
    update webhook_endpoints e set previous_secret = e.secret, secret = doc->>'secret',
      previous_secret_expires_at = now() + interval '24 hours'
    from input where e.endpoint_id = doc->>'endpointId' and e.user_id = doc->>'userId'
    returning e.previous_secret_expires_at
  ),
  ${auditOf(
    "rotate-webhook-secret",
    `select doc->>'userId' as user_id, null::text as job_id, null::text as photo_id,
       case when exists (select from rotated) then 'rotated' else 'not_found' end as outcome from input`,
  )}
  select (
    select jsonb_build_object('previousSecretExpiresAt', previous_secret_expires_at) from rotated
  ) as result`,
)
