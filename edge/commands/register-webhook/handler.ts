import type { Database } from "../../../db/statement.ts"
import type { EventType } from "../../../domain/events.ts"
import type { UserId } from "../../../domain/ids.ts"
import { err, ok, type Result } from "../../../domain/result.ts"
import { newId } from "../../new-id.ts"
import { newWebhookSecret } from "../../new-webhook-secret.ts"
import type { RegisterWebhookResponse } from "./schema.ts"
import { insertEndpoint } from "./sql.ts"

export type RegisterWebhookFailure = { reason: "url_not_allowed" } | { reason: "too_many_webhooks" }

type Dependencies = { environment: string; database: Database }

/** Registers a webhook with a new secret. */
export const registerWebhook = async (
  { environment, database }: Dependencies,
  { userId, url, eventTypes }: { userId: UserId; url: URL; eventTypes: EventType[] | null },
): Promise<Result<RegisterWebhookResponse, RegisterWebhookFailure>> => {
  if (!isAllowedTarget(url, environment)) return err({ reason: "url_not_allowed" })
  const endpoint = { endpointId: newId.endpoint(), url: url.href, eventTypes, secret: newWebhookSecret() }
  const { isAdded } = await database.run(insertEndpoint, { userId, ...endpoint })
  return isAdded ? ok(endpoint) : err({ reason: "too_many_webhooks" })
}

// Every delivery checks that the address is public, because a DNS name can resolve to another address later.
const isAllowedTarget = (url: URL, environment: string): boolean => {
  if (url.username || url.password) return false
  const isLocal = environment === "local" || environment === "test"
  const isLoopback = url.hostname === "127.0.0.1" || url.hostname === "localhost"
  return url.protocol === "https:" || (isLocal && url.protocol === "http:" && isLoopback)
}
