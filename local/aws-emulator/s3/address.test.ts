import { describe, expect, test } from "vitest"
import { addressOf, pathOf } from "./address.ts"

describe("the address of a path", () => {
  test.each([
    ["/", { on: "service" }],
    ["/photos", { on: "bucket", bucket: "photos" }],
    ["/photos/", { on: "bucket", bucket: "photos" }],
    ["/photos/a/b", { on: "object", bucket: "photos", key: "a/b" }],
    ["/photos/a%2Fb", { on: "object", bucket: "photos", key: "a/b" }],
    ["/photos/a%252Fb", { on: "object", bucket: "photos", key: "a%2Fb" }],
    ["/photos/a+b%2Bc%20d", { on: "object", bucket: "photos", key: "a b+c d" }],
    ["/photos/%F0%9F%93%B7", { on: "object", bucket: "photos", key: "📷" }],
    ["/photos/folder/", { on: "object", bucket: "photos", key: "folder/" }],
    ["/photos/..a/b..", { on: "object", bucket: "photos", key: "..a/b.." }],
  ])("%s → %o", (path, address) => {
    expect(addressOf(path)).toEqual(address)
  })
})

test("paths with different encodings have the same canonical path", () => {
  expect(pathOf(addressOf("/photos/a%2fb+c'%7e"))).toBe("/photos/a/b%20c%27~")
})

describe("a path is rejected when its key", () => {
  test.each([
    ["leaves the bucket", "/photos/../../etc/passwd", "InvalidArgument"],
    ["leaves the bucket with encoded dots", "/photos/%2e%2E/%2e%2E/x", "InvalidArgument"],
    ["leaves a folder after an encoded slash", "/photos/a%2F..%2Fb", "InvalidArgument"],
    ["has a dot segment", "/photos/a/./b", "InvalidArgument"],
    ["has an empty segment", "/photos/a//b", "InvalidArgument"],
    ["begins with a slash", "/photos//a", "InvalidArgument"],
    ["is not UTF-8", "/photos/%ff", "InvalidURI"],
    ["is not percent-encoded", "/photos/%zz", "InvalidURI"],
    ["is longer than 1024 bytes", `/photos/${"k".repeat(1025)}`, "KeyTooLongError"],
  ])("%s", (_, path, code) => {
    expect(() => addressOf(path)).toThrow(code)
  })
})
