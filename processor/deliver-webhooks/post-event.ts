import { lookup } from "node:dns/promises"
import { request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import { signatureOf } from "../platform/standard-webhook.ts"
import { isPublicAddress } from "./public-address.ts"
import type { DueDelivery } from "./sql.ts"

export type PostOptions = {
  /** For tests and laptops: targets that only this machine or its network can reach. */
  allowPrivateTargets: boolean
  /** For all of it: finding the address, connecting, sending, and the answer's status. */
  timeoutMs: number
  now?: () => Date
  /** All addresses of a host. @default the system's resolver */
  resolve?: (hostname: string) => Promise<Address[]>
}

type Address = { address: string; family: number }

/** The target is one that we don't speak to. */
export class TargetBlocked extends Error {
  override name = "TargetBlocked"
}

/**
 * POSTs an event, signed as https://www.standardwebhooks.com says, and gives the status of the answer. Redirects are
 * not followed: they would lead to where nobody checked.
 * @throws TargetBlocked, or what the network throws
 */
export const postEvent = async (
  delivery: Pick<DueDelivery, "eventId" | "event" | "url" | "secrets">,
  { allowPrivateTargets, timeoutMs, now = () => new Date(), resolve = addressesOf }: PostOptions,
): Promise<number> => {
  const url = new URL(delivery.url)
  const signal = AbortSignal.timeout(timeoutMs)
  const address = targetOf(url, await unlessAborted(resolve(hostOf(url)), signal), allowPrivateTargets)
  const body = JSON.stringify(delivery.event)
  const timestamp = Math.floor(now().getTime() / 1000)
  const headers = {
    "content-type": "application/cloudevents+json",
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": "RapidPhotoUpload-Webhooks/1",
    "webhook-id": delivery.eventId,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": delivery.secrets
      .map((secret) => `v1,${signatureOf(secret, delivery.eventId, timestamp, body)}`)
      .join(" "),
  }
  return send(url, address, headers, body, signal)
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "")

const addressesOf = (hostname: string): Promise<Address[]> => lookup(hostname, { all: true, verbatim: true })

const targetOf = (url: URL, addresses: readonly Address[], allowPrivateTargets: boolean): Address => {
  if (url.protocol !== "https:" && !allowPrivateTargets) throw new TargetBlocked("not https")
  const [first] = addresses
  if (!first) throw new TargetBlocked("the name has no address")
  // All of them: a name with one private address among public ones is a trick.
  if (!allowPrivateTargets && !addresses.every(({ address }) => isPublicAddress(address)))
    throw new TargetBlocked("the address is private")
  return first
}

// The system's resolver knows no signal: we stop waiting for it.
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })

const send = (
  url: URL,
  { address, family }: Address,
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
        // The very address that was checked: the name could lead elsewhere by now.
        lookup: (_, options, callback) =>
          options.all ? callback(null, [{ address, family }]) : callback(null, address, family),
      },
      (response) => {
        resolve(response.statusCode ?? 0)
        // What it says is nobody's business; a long answer is cut off.
        response.destroy()
      },
    )
    // For good: a connection that breaks after its answer says so here, and nobody else listens.
    request.on("error", reject)
    request.end(body)
  })
