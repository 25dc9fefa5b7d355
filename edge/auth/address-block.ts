/**
 * Returns the part of a caller's address that rate limits count by: the IPv4 address, or the first 64 bits of the IPv6
 * address. An IPv6 host has a whole /64 (RFC 4291 §2.5.4) and can use another address for every request. Any other text
 * is returned unchanged. Written here because ipaddr.js would be 3 % of the Worker for this one function; the URL parser
 * (https://url.spec.whatwg.org/#concept-ipv6-parser) parses the address.
 */
export const addressBlockOf = (address: string): string => {
  const groups = address.includes(":") ? ipv6GroupsOf(address) : null
  if (!groups) return address
  // IPv4-mapped, ::ffff:0:0/96: a dual-stack socket reports an IPv4 address in this form.
  if (groups.slice(0, 6).join() === "0,0,0,0,0,65535")
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".")
  const prefix = groups.slice(0, 4).map((group) => group.toString(16))
  return `${prefix.join(":")}::/64`
}

/** The eight 16-bit groups of an IPv6 address, or null when it is none. */
const ipv6GroupsOf = (address: string): number[] | null => {
  const url = URL.parse(`http://[${address}]/`)
  if (!url) return null
  const [head = "", tail] = url.hostname.slice(1, -1).split("::")
  const read = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16))
  const before = read(head)
  const after = read(tail ?? "")
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}
