import { isIP } from "node:net"
import ipaddr from "ipaddr.js"

/** Global unicast (RFC 4291 §2.4). ipaddr.js also returns "unicast" for unassigned blocks outside it. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3")

/**
 * Whether an address is reachable from the whole Internet. False for private, reserved, documentation and multicast
 * ranges, and for every IPv6 form that embeds an IPv4 address (mapped, NAT64, 6to4, Teredo), because a gateway could
 * route such an address into a private network.
 */
export const isPublicAddress = (text: string): boolean => {
  // ipaddr.js also reads forms that no resolver returns, such as `0x7f.1`.
  if (isIP(text) === 0) return false
  const address = ipaddr.parse(text)
  if (address.range() !== "unicast") return false
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast)
}
