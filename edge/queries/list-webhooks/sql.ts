import * as z from "zod"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { storedWebhook } from "./schema.ts"

/** Reads the user's endpoints, and a tag that changes with any of them. */
export const selectWebhooks = statementOf<{ userId: UserId }>()(
  z.object({ tag: z.string(), items: z.array(storedWebhook) }),
  `
  with ${inputOfActingUser}
  select jsonb_build_object(
    'tag', md5(coalesce(string_agg(e.endpoint_id || coalesce(e.disabled_at::text, ''), ',' order by e.endpoint_id), '')),
    'items', coalesce(jsonb_agg(jsonb_build_object('endpointId', e.endpoint_id, 'url', e.url,
      'eventTypes', e.event_types, 'disabledAt', e.disabled_at, 'disabledReason', e.disabled_reason,
      'createdAt', e.created_at) order by e.endpoint_id), '[]')) as result
  from input join webhook_endpoints e on e.user_id = doc->>'userId'`,
)
