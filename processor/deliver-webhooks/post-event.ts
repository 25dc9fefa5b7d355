import { request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import { Webhook } from "standardwebhooks"
import { isPublicAddress } from "./public-address.ts"
import { type Address, resolveTarget } from "./resolve-target.ts"
import type { DueDelivery } from "./sql.ts"

export type PostOptions = {
  /** For tests and development: allows targets that only this machine or its network can reach. */
  allowPrivateTargets: boolean
  /** Limit for the whole attempt: DNS, connecting, sending, and the response status. */
  timeoutMs: number
  now?: () => Date
  /** Returns all addresses of a host. @default DNS, and in development the hosts file */
  resolve?: (hostname: string, signal: AbortSignal) => Promise<Address[]>
}

/** The target is not allowed. */
export class TargetBlocked extends Error {
  override name = "TargetBlocked"
}

/**
 * POSTs an event, signed according to https://www.standardwebhooks.com, and returns the response status. Redirects are
 * not followed, because their targets are not checked.
 * @throws TargetBlocked, or a network error
 */
export const postEvent = async (
  delivery: Pick<DueDelivery, "eventId" | "event" | "url" | "secrets">,
  {
    allowPrivateTargets,
    timeoutMs,
    now = () => new Date(),
    resolve = (hostname, signal) =>
      resolveTarget(hostname, signal, { hostsFile: allowPrivateTargets ? "/etc/hosts" : null }),
  }: PostOptions,
): Promise<number> => {
  const url = new URL(delivery.url)
  const signal = AbortSignal.timeout(timeoutMs)
  const addresses = checkTarget(
    url,
    await unlessAborted(resolve(hostOf(url), signal), signal),
    allowPrivateTargets,
  )
  const body = JSON.stringify(delivery.event)
  const sentAt = now()
  const headers = {
    "content-type": "application/cloudevents+json",
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": "RapidPhotoUpload-Webhooks/1",
    "webhook-id": delivery.eventId,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
    "webhook-signature": delivery.secrets
      .map((secret) => new Webhook(secret).sign(delivery.eventId, sentAt, body))
      .join(" "),
  }
  return send(url, addresses, headers, body, signal)
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "")

const checkTarget = (
  url: URL,
  addresses: readonly Address[],
  allowPrivateTargets: boolean,
): readonly Address[] => {
  if (url.protocol !== "https:" && !allowPrivateTargets) throw new TargetBlocked("not https")
  if (addresses.length === 0) throw new TargetBlocked("the name has no address")
  // All addresses must be public: a private one among them is an attempt to bypass this check.
  if (!allowPrivateTargets && !addresses.every(({ address }) => isPublicAddress(address)))
    throw new TargetBlocked("the address is private")
  return addresses
}

// Reading the hosts file does not support a signal.
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })

const send = (
  url: URL,
  addresses: readonly Address[],
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const open = url.protocol === "https:" ? requestHttps : requestHttp
    const request = open(
      url,
      {
        method: "POST",
        headers,
        signal,
        agent: false,
        // Connect to the checked addresses only: the name may resolve to others now.
        lookup: (_, options, callback) => {
          const [first] = addresses
          if (options.all) callback(null, [...addresses])
          else callback(null, first?.address ?? "", first?.family)
        },
      },
      (response) => {
        resolve(response.statusCode ?? 0)
        // The body is not needed and may be long.
        response.destroy()
      },
    )
    // Never removed: a connection that breaks after the response also emits an error.
    request.on("error", reject)
    request.end(body)
  })
