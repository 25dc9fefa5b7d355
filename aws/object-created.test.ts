import { expect, test } from "vitest"
import { buildObjectCreated, parseObjectCreated } from "./object-created.ts"

const deployment = { environment: "production", bucket: "DOC-EXAMPLE-BUCKET1" }
const userId = `usr_${"0".repeat(26)}`
const photoId = `ph_${"1".repeat(26)}`
const key = `production/${userId}/${photoId}/original`

// The example of https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html with an original's key.
const documented = {
  version: "0",
  id: "17793124-05d4-b198-2fde-7ededc63b103",
  "detail-type": "Object Created",
  source: "aws.s3",
  account: "111122223333",
  time: "2021-11-12T00:00:00Z",
  region: "ca-central-1",
  resources: ["arn:aws:s3:::DOC-EXAMPLE-BUCKET1"],
  detail: {
    version: "0",
    bucket: { name: "DOC-EXAMPLE-BUCKET1" },
    object: {
      key,
      size: 5,
      etag: "b1946ac92492d2347c6235b4d2611184",
      "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
      sequencer: "617f08299329d189",
    },
    "request-id": "N4N7GDK58NMKJ12R",
    requester: "123456789012",
    "source-ip-address": "1.2.3.4",
    reason: "PutObject",
  },
}

const eventWithKey = (other: string) =>
  JSON.stringify({
    ...documented,
    detail: { ...documented.detail, object: { ...documented.detail.object, key: other } },
  })

test("the documented EventBridge event is parsed as a stored original", () => {
  expect(parseObjectCreated(JSON.stringify(documented), deployment)).toEqual({
    key,
    etag: "b1946ac92492d2347c6235b4d2611184",
    userId,
    photoId,
    sequencer: "617f08299329d189",
  })
})

// The example of https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html.
const notification = (objectKey: string) =>
  JSON.stringify({
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: "us-west-2",
        eventTime: "1970-01-01T00:00:00.000Z",
        eventName: "ObjectCreated:Put",
        s3: {
          s3SchemaVersion: "1.0",
          bucket: { name: "DOC-EXAMPLE-BUCKET1", arn: "arn:aws:s3:::DOC-EXAMPLE-BUCKET1" },
          object: {
            key: objectKey,
            size: 1024,
            eTag: "d41d8cd98f00b204e9800998ecf8427e",
            sequencer: "0055AED6DCD90281E5",
          },
        },
      },
    ],
  })

test("the documented S3 notification is parsed as the same original, with its key form-decoded", () => {
  const encoded = key.replaceAll("/", "%2F").replace("original", "ori%67inal")
  expect(parseObjectCreated(notification(encoded), deployment)).toEqual({
    key,
    etag: "d41d8cd98f00b204e9800998ecf8427e",
    userId,
    photoId,
    sequencer: "0055AED6DCD90281E5",
  })
  expect(parseObjectCreated(notification(key.replace("original", "%E0%A4%A")), deployment)).toBeNull()
})

test.each([
  ["text that is not JSON", "{"],
  ["the S3 test event", JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent" })],
  ["an event of another kind", JSON.stringify({ ...documented, "detail-type": "Object Deleted" })],
  ["a thumbnail", eventWithKey(`thumbnails/production/${userId}/${photoId}/256.webp`)],
  ["an object of another environment", eventWithKey(`staging/${userId}/${photoId}/original`)],
  ["a key with a parent segment", eventWithKey(`production/${userId}/../${photoId}/original`)],
  ["a malformed id", eventWithKey(`production/${userId}/ph_1/original`)],
])("%s is not parsed as an original", (_, body) => {
  expect(parseObjectCreated(body, deployment)).toBeNull()
})

test("an object of another bucket is not parsed as an original", () => {
  expect(parseObjectCreated(JSON.stringify(documented), { ...deployment, bucket: "another" })).toBeNull()
})

test.each(["finalize", "processor"] as const)("a message built by %s is parsed as its original", (sender) => {
  const body = buildObjectCreated(sender, deployment.bucket, {
    key,
    etag: "b1946ac92492d2347c6235b4d2611184",
    bytes: 5,
  })
  expect(parseObjectCreated(body, deployment)).toEqual({
    key,
    etag: "b1946ac92492d2347c6235b4d2611184",
    userId,
    photoId,
    sequencer: null,
  })
})
