import { expect, test } from "vitest"
import { parseS3Xml } from "./s3-xml.ts"

test("elements become members, and texts remain strings", () => {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
    <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
      <Name>photos</Name><IsTruncated>false</IsTruncated><Prefix></Prefix>
      <Contents><Key>a&amp;b &#233;.jpg</Key><ETag>&quot;0012&quot;</ETag><Size>007</Size></Contents>
    </ListBucketResult>`
  expect(parseS3Xml(text)).toEqual({
    ListBucketResult: {
      Name: "photos",
      IsTruncated: "false",
      Prefix: "",
      Contents: [{ Key: "a&b é.jpg", ETag: '"0012"', Size: "007" }],
    },
  })
})

test("repeated elements are an array", () => {
  expect(parseS3Xml("<R><Part><N>1</N></Part><Part><N>2</N></Part><X>a</X><X>b</X></R>")).toEqual({
    R: { Part: [{ N: "1" }, { N: "2" }], X: ["a", "b"] },
  })
})

test.each(["", "<html><body>Bad Gateway", "not XML", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])(
  "text that is not a response of S3 has no members: %s",
  (text) => expect(parseS3Xml(text)).toEqual({}),
)
