import { BlockList, isIP } from "node:net"

// https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry: every block that is
// not globally reachable, and multicast.
// Two lists, since BlockList holds IPv4 addresses against `::ffff:0:0/96` too: in one list, `::/3` would be all of them.
const specialV4 = new BlockList()
const specialV6 = new BlockList()
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  specialV4.addSubnet(network, prefix, "ipv4")
for (const [network, prefix] of [
  // Global unicast is 2000::/3: the rest, with every form that has an IPv4 address inside, is nobody's to reach.
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  specialV6.addSubnet(network, prefix, "ipv6")

/** Whether an address is one that anyone on the Internet can reach: ours and our neighbours' are none. */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address)
  if (family === 4) return !specialV4.check(address, "ipv4")
  return family === 6 && !specialV6.check(address, "ipv6")
}
