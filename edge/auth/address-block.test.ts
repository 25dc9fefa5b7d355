import { expect, test } from "vitest"
import { addressBlockOf } from "./address-block.ts"

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:1::", "2001:db8:0:0::/64"],
  ["fe80::1", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["not:an:address", "not:an:address"],
  ["unknown", "unknown"],
])("%s is counted as %s", (address, block) => {
  expect(addressBlockOf(address)).toBe(block)
})

test("neighbouring networks are counted separately", () => {
  expect(addressBlockOf("2001:db8:1:2::1")).not.toBe(addressBlockOf("2001:db8:1:3::1"))
})
