import type { JsonSchema } from "./openapi.ts"

// In a table instead of the slices' schemas, because the Worker's bundle would contain every text there.
const descriptions: Readonly<Record<string, string>> = {
  accepted: "Number of accepted reports.",
  access_token: "JWT for the `Authorization` header.",
  at: "When it happened.",
  attempts: "Delivery attempts so far.",
  bytes: "Size in bytes.",
  bytesSent: "Bytes uploaded so far. Never decreases.",
  bytesTotal: "Bytes of all files together.",
  cancelledCount: "Photos that were cancelled.",
  cancelledPhotoIds: "Photos that this call cancelled.",
  checksum: "SHA-256 of the file in hex. Null until the photo is processed.",
  code: "Machine-readable reason.",
  completedAt: "When every photo of the job had a final status. Null before.",
  completedCount: "Photos that are COMPLETED.",
  contentType: "Media type of the file.",
  createdAt: "When it was created.",
  deliveredAt: "When it was delivered. Null before.",
  deliveryId: "Id of the delivery.",
  detail: "Human-readable reason.",
  disabledAt: "When it was disabled. Null if it is active.",
  disabledReason: "Why it was disabled.",
  dryRun: "Validates the files without creating a job.",
  duplicateOf: "A photo of the account with the same content, or null.",
  eTag: "ETag of the stored object.",
  email: "Email address of the account.",
  endpointId: "Id of the webhook.",
  entries: "Events of the photo, in chronological order.",
  eventId: "Id of the event.",
  eventTypes: "Event types to send. Null or absent: all types.",
  exifJson: "EXIF, XMP and IPTC metadata. Null if the file has none.",
  expiresAt: "When it expires.",
  expires_in: "Lifetime in seconds.",
  failed: "Events that were not accepted, with the reason.",
  failedCount: "Photos that are FAILED.",
  failureDetail: "Human-readable reason of the failure.",
  failureReason: "Why the photo is FAILED. Null otherwise.",
  filename: "Name of the file on the device.",
  files: "The files of the batch.",
  headers: "Headers that the upload must have, with exactly these values.",
  height: "Height in pixels, with the orientation applied.",
  id: "Id of the event that failed.",
  isDegraded: "Whether the photo was processed although its file is damaged.",
  anomalies:
    "Other content in the file that image viewers ignore: data after the end of the image, markup, an archive, a document or a script. Empty until the photo is COMPLETED.",
  isDeleted: "True if the photo was deleted, false if its upload was cancelled.",
  isStored: "Whether S3 already has the part.",
  isWithinQuota: "Whether the files fit into the account's storage quota.",
  items: "Items of the list.",
  job: "The job after the change.",
  jobId: "Id of the upload job.",
  kind: "Machine-readable kind of the entry.",
  label: "The tag.",
  labels: "Tags to add.",
  lastError: "Error of the last attempt.",
  lastStatus: "HTTP status of the last attempt.",
  method: "HTTP method of the upload.",
  mimeType: "Media type of the photo, e.g. `image/jpeg`.",
  multipart: "How to upload the photo in parts. Null if one PUT uploads it.",
  nextAttemptAt: "When the next attempt is due.",
  nextCursor: "Cursor of the next page. Null on the last page.",
  outcome: "Result of the call for the photo.",
  partCount: "Number of parts.",
  partNumber: "Number of the part, from 1.",
  partSize: "Size of each part except the last, in bytes. Larger files are uploaded in parts.",
  parts: "The parts, in order.",
  password: "Password of the account.",
  photoId: "Id of the photo.",
  photoIds: "Photos to finalize. Default: all photos that are not uploaded yet.",
  photos: "The photos of the job.",
  pollAfterMs: "Milliseconds to wait before the next poll. Null if the job is terminal.",
  presignedUrl: "URL of the upload.",
  previousSecretExpiresAt: "Until this time deliveries are also signed with the previous secret.",
  progress: "Progress in percent.",
  reason: "Why the file is rejected. Null otherwise.",
  refresh_token: "Token for `POST /auth/refresh`. Valid once.",
  result: "Whether the file would be accepted, rejected, or is a duplicate of a photo of the account.",
  scope: "Granted scopes, separated by spaces.",
  secret: "Secret that signs the deliveries.",
  sha256: "SHA-256 of the file in hex. S3 rejects other content.",
  size: "Items per page.",
  status: "Current status.",
  storageEvents: "Whether S3 events confirm the uploads. If false, finalize every upload.",
  strategy:
    "How the files are uploaded. Only `s3-presigned` is supported: the client sends each file to S3 with a presigned URL.",
  tags: "All tags of the photo.",
  takenAt: "Local time at which the photo was taken, according to its EXIF.",
  terminal: "Whether every photo of the job has a final status.",
  text: "Human-readable description.",
  thumbnails: "Presigned thumbnails of the photo.",
  ticket: "Value of the query parameter `ticket`.",
  token_type: "Always `Bearer`.",
  totalCount: "Photos in the job.",
  type: "Kind of the message or event.",
  updatedAt: "When it last changed.",
  uploadId: "Id of the multipart upload in S3. Null until it is opened.",
  url: "The URL.",
  userId: "Id of the account.",
  variant: "Longest edge in pixels, or `original`.",
  width: "Width in pixels, with the orientation applied.",
}

// Where a name has another meaning.
const ownDescriptions: Readonly<Record<string, string>> = {
  "createUploadJob.mimeType":
    "Media type of the photo, e.g. `image/jpeg`. Aliases such as `image/jpg` are normalized. May be empty if the filename has a photo's extension.",
  "reportProgress.bytesTotal": "Size of the file in bytes.",
  "reportProgress.items":
    "Reports for many photos. Use either `items` or `photoId`, `bytesSent` and `bytesTotal`.",
  "receiveEvents.accepted": "Number of accepted events.",
  "registerWebhook.url": "HTTPS URL that receives the events.",
}

/** Returns the description of a member or parameter of an operation, unless the slice contains one. */
export const descriptionOf = (operationId: string, name: string): string | undefined =>
  ownDescriptions[`${operationId}.${name}`] ?? descriptions[name]

/** Adds descriptions to every member of a schema that has none. */
export const withDescriptions = (operationId: string, schema: JsonSchema): JsonSchema => ({
  ...schema,
  ...(schema.properties && {
    properties: Object.fromEntries(
      Object.entries(schema.properties).map(([name, member]) => [
        name,
        describedMember(withDescriptions(operationId, member), descriptionOf(operationId, name)),
      ]),
    ),
  }),
  ...(schema.items && { items: withDescriptions(operationId, schema.items) }),
  ...(schema.anyOf && { anyOf: schema.anyOf.map((each) => withDescriptions(operationId, each)) }),
  ...(schema.oneOf && { oneOf: schema.oneOf.map((each) => withDescriptions(operationId, each)) }),
})

const describedMember = (member: JsonSchema, description: string | undefined): JsonSchema =>
  member.description === undefined && description !== undefined ? { ...member, description } : member
