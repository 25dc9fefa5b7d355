import { Resolver } from "node:dns/promises"
import { readFile } from "node:fs/promises"
import { isIP } from "node:net"

export type Address = { address: string; family: 4 | 6 }

export type ResolveOptions = {
  /** A hosts file that takes precedence over DNS, for development; null in production. */
  hostsFile: string | null
  /** For tests. @default the name servers of the system */
  servers?: readonly string[]
}

/** Time limit of one query to one server. Up to `tries` queries are sent. */
const queryTimeoutMs = 2_000
const tries = 2

/**
 * Returns all addresses of a host. Uses c-ares instead of `dns.lookup`: `getaddrinfo` blocks one of libuv's four
 * threads per unresponsive name, and blocked threads stall the file access and fetches of the whole process.
 * https://nodejs.org/api/dns.html#implementation-considerations
 * @throws the reason of `signal`, or the error of the query
 */
export const resolveTarget = async (
  hostname: string,
  signal: AbortSignal,
  { hostsFile, servers }: ResolveOptions,
): Promise<Address[]> => {
  const literal = toAddresses([hostname])
  if (literal.length > 0) return literal
  // RFC 6761 §6.3: these names are loopback and must not be sent to a DNS server.
  if (/^(.+\.)?localhost\.?$/i.test(hostname)) return toAddresses(["127.0.0.1", "::1"])
  const hosts = hostsFile === null ? [] : await addressesInHostsFile(hostsFile, hostname)
  return hosts.length > 0 ? hosts : queryDns(hostname, signal, servers)
}

const toAddresses = (texts: readonly string[]): Address[] =>
  texts.flatMap((address) => {
    const family = isIP(address)
    return family === 4 || family === 6 ? [{ address, family }] : []
  })

const addressesInHostsFile = async (hostsFile: string, hostname: string): Promise<Address[]> => {
  const lines = (await readFile(hostsFile, "utf8").catch(() => "")).split("\n")
  return lines.flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/)
    return address && names.includes(hostname.toLowerCase()) ? toAddresses([address]) : []
  })
}

const queryDns = async (
  hostname: string,
  signal: AbortSignal,
  servers: readonly string[] | undefined,
): Promise<Address[]> => {
  signal.throwIfAborted()
  // One resolver per name, because `cancel` cancels all queries of a resolver.
  const resolver = new Resolver({ timeout: queryTimeoutMs, tries })
  if (servers) resolver.setServers(servers)
  const cancel = () => resolver.cancel()
  signal.addEventListener("abort", cancel, { once: true })
  try {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    signal.throwIfAborted()
    // Many names have addresses of one family only, and some servers never respond for the other.
    if (v4.status === "rejected" && v6.status === "rejected") throw v4.reason
    return toAddresses([v4, v6].flatMap((result) => (result.status === "fulfilled" ? result.value : [])))
  } finally {
    signal.removeEventListener("abort", cancel)
  }
}
