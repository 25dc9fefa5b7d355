import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import type { EndpointId } from "../../../domain/webhook-endpoint.ts"

/** Deletes an endpoint and its pending deliveries. */
export const deleteEndpoint = statementOf<{ userId: UserId; endpointId: EndpointId }>()(
  rowOrNotFound(z.object({ endpointId: z.string() })),
  `
  with ${inputOfActingUser},
  deleted as (
    delete from webhook_endpoints e using input
    where e.endpoint_id = doc->>'endpointId' and e.user_id = doc->>'userId'
    returning e.user_id, e.endpoint_id
  ),
  owner as (
    update users u set webhook_count = u.webhook_count - 1 from deleted where u.user_id = deleted.user_id
  ),
  ${auditOf(
    "delete-webhook",
    `select doc->>'userId' as user_id, null::text as job_id, null::text as photo_id,
       case when exists (select from deleted) then 'deleted' else 'not_found' end as outcome from input`,
  )}
  select (select jsonb_build_object('endpointId', endpoint_id) from deleted) as result`,
)
