import { BlockList } from "node:net"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isPublicAddress } from "./public-address.ts"

// https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry: every block that is
// not globally reachable, and multicast.
const specialV4 = [
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
] as const
const specialV6 = [
  // Everything except 2000::/3, global unicast.
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const

// Two lists: a BlockList also compares IPv4 addresses with IPv6 blocks, as `::ffff:0:0/96`.
const blocked = { ipv4: new BlockList(), ipv6: new BlockList() }
for (const [network, prefix] of specialV4) blocked.ipv4.addSubnet(network, prefix, "ipv4")
for (const [network, prefix] of specialV6) blocked.ipv6.addSubnet(network, prefix, "ipv6")

const toV4 = (bits: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join(".")
const toV6 = (bits: bigint): string =>
  Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(
    ":",
  )
const bitsOfV4 = (text: string): bigint =>
  text.split(".").reduce((bits, part) => (bits << 8n) + BigInt(part), 0n)
const bitsOfV6 = (text: string): bigint => {
  const [head = "", tail = ""] = text.split("::").map((half) => half.split(":").filter(Boolean).join(":"))
  const groups = [head, tail].map((half) => (half ? half.split(":") : []))
  const [before = [], after = []] = groups
  const all = [...before, ...Array(8 - before.length - after.length).fill("0"), ...after]
  return all.reduce((bits, group) => (bits << 16n) + BigInt(`0x${group}`), 0n)
}

/** Arbitrary addresses, and those at the edges of the special blocks. */
const addressesNear = (
  blocks: readonly (readonly [string, number])[],
  width: number,
  bitsOf: (text: string) => bigint,
) =>
  fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n }),
    fc
      .tuple(fc.constantFrom(...blocks), fc.bigInt({ min: -3n, max: 3n }), fc.boolean())
      .map(([[network, prefix], step, isEnd]) => {
        const edge = bitsOf(network) + (isEnd ? 1n << BigInt(width - prefix) : 0n)
        return BigInt.asUintN(width, edge + step)
      }),
  )

describe("an address that IANA lists as special is not public:", () => {
  test("IPv4", () => {
    fc.assert(
      fc.property(addressesNear(specialV4, 32, bitsOfV4), (bits) => {
        const address = toV4(bits)
        if (blocked.ipv4.check(address, "ipv4"))
          expect([address, isPublicAddress(address)]).toEqual([address, false])
      }),
      { numRuns: 5000 },
    )
  })

  test("IPv6", () => {
    fc.assert(
      fc.property(addressesNear(specialV6, 128, bitsOfV6), (bits) => {
        const address = toV6(bits)
        if (blocked.ipv6.check(address, "ipv6"))
          expect([address, isPublicAddress(address)]).toEqual([address, false])
      }),
      { numRuns: 5000 },
    )
  })

  test("an IPv4 address embedded in an IPv6 address", () => {
    const prefixes = ["::ffff:", "::", "64:ff9b::", "64:ff9b:1::", "::ffff:0:"]
    for (const prefix of prefixes)
      for (const address of ["8.8.8.8", "127.0.0.1", "10.0.0.1", "169.254.169.254"])
        expect([prefix + address, isPublicAddress(prefix + address)]).toEqual([prefix + address, false])
  })
})

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.16.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "192.0.2.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "fe80::1",
  "fe80::1%eth0",
  "fd00::1",
  "ff02::1",
  "fec0::1",
  "4000::1",
  "::7f00:1",
  "::ffff:8.8.8.8",
  "64:ff9b::a00:1",
  "2002:7f00:1::",
  "2001:db8::1",
  "3fff::1",
  "not an address",
  "0x7f.1",
  "",
])("%s is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1"])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true)
})
