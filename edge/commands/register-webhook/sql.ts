import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { EventType } from "../../../domain/events.ts"
import type { UserId } from "../../../domain/ids.ts"
import { type EndpointId, maxEndpoints } from "../../../domain/webhook-endpoint.ts"

export type NewEndpoint = {
  userId: UserId
  endpointId: EndpointId
  url: string
  secret: string
  eventTypes: readonly EventType[] | null
}

/** Adds an endpoint unless the user has reached the limit. The locked row of the user makes the count exact. */
export const insertEndpoint = statementOf<NewEndpoint>()(
  z.object({ isAdded: z.boolean() }),
  `
  with ${inputOfActingUser},
  owner as (
    update users u set webhook_count = u.webhook_count + 1 from input
    where u.user_id = doc->>'userId' and u.webhook_count < ${maxEndpoints}
    returning u.user_id
  ),
  added as (
    insert into webhook_endpoints (endpoint_id, user_id, url, secret, event_types)
    select doc->>'endpointId', owner.user_id, doc->>'url', doc->>'secret', nullif(doc->'eventTypes', 'null')
    from input, owner
    returning user_id
  ),
  ${auditOf(
    "register-webhook",
    `select doc->>'userId' as user_id, null::text as job_id, null::text as photo_id,
       case when exists (select from added) then 'registered' else 'too_many' end as outcome from input`,
  )}
  select jsonb_build_object('isAdded', exists (select from added)) as result`,
)
