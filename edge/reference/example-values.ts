// The examples of the API reference follow one photo: IMG_0412.jpg, the only photo of its job.
const userId = "usr_01JD3V9Z7N8Q6R5T4W3X2Y1Z0A"
const jobId = "job_01JD3VB2M4K6N8Q0S2T4V6W8X0"
const photoId = "ph_01JD3VB2M4K6N8Q0S2T4V6W8X1"
const endpointId = "wh_01JD3VD5P7R9T1V3X5Z7A9C1E3"
const sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
const objectPath = `production/${userId}/${photoId}/original`
const signature = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=6f1d"
const storage = "https://rapid-photo-upload.s3.us-east-1.amazonaws.com"
const uploadUrl = `${storage}/${objectPath}?${signature}`
const uploadHeaders = { "content-type": "image/jpeg", "content-length": "2457811", "if-none-match": "*" }
const token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJzdWIiOiJ1c3JfMDFKRDNWOVoifQ.c2lnbmF0dXJl"

/** Values by the name of a member, at any depth. */
export const exampleValues: Readonly<Record<string, unknown>> = {
  access_token: token,
  refresh_token: token,
  expires_in: 900,
  scope: "photos:read photos:write",
  email: "ada@example.com",
  password: "correct horse battery staple",
  ticket: "tkt_5Yk2mZQ1u0H8",
  userId,
  jobId,
  photoId,
  endpointId,
  duplicateOf: null,
  deliveryId: "whd_01JD3VE6Q8S0V2X4Z6B8D0F2H4",
  eventId: "evt_8f14e45f-ceea-467f-9575-1c1b9d2f7a3e",
  label: "holiday",
  labels: "holiday",
  tags: "holiday",
  filename: "IMG_0412.jpg",
  mimeType: "image/jpeg",
  contentType: "image/jpeg",
  bytes: 2457811,
  bytesSent: 2457811,
  bytesTotal: 2457811,
  partSize: 8388608,
  partNumber: 1,
  partCount: 3,
  uploadId: "VXBsb2FkSWQ",
  presignedUrl: uploadUrl,
  headers: uploadHeaders,
  multipart: null,
  url: `${storage}/${objectPath}?${signature}`,
  totalCount: 1,
  completedCount: 1,
  failedCount: 0,
  cancelledCount: 0,
  duplicateCount: 0,
  accepted: 1,
  progress: 100,
  status: "COMPLETED",
  terminal: true,
  pollAfterMs: null,
  failureReason: null,
  failureDetail: null,
  createdAt: "2026-11-24T09:30:00.000Z",
  updatedAt: "2026-11-24T09:30:04.512Z",
  completedAt: "2026-11-24T09:30:04.512Z",
  expiresAt: "2026-11-24T09:45:00.000Z",
  takenAt: "2026-11-21T16:04:31",
  at: "2026-11-24T09:30:04.512Z",
  nextCursor: null,
  size: 50,
  page: 1,
  eTag: '"9b2cf535f27731c974343645a3985328"',
  checksum: sha256,
  width: 4032,
  height: 3024,
  exifJson: { make: "Apple", model: "iPhone 15", exposureTime: 0.008, fNumber: 1.6, iso: 64 },
  sha256,
  manifestSha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  jws: "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEiLCJ0eXAiOiJyZWNlaXB0K2p3cyJ9.eyJ2ZXJzaW9uIjoxfQ.c2lnbmF0dXJl",
  issuer: "https://photos.example.com",
  path: "Lisbon/Day 1",
  reason: null,
  deletedAt: null,
  isSafe: true,
  usedBytes: 13314398617,
  limitBytes: 107374182400,
  photoCount: 4821,
  month: "2026-11",
  count: 214,
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  previousSecretExpiresAt: "2026-11-25T09:30:00.000Z",
  disabledAt: null,
  disabledReason: null,
  attempts: 1,
  lastStatus: 204,
  lastError: null,
  nextAttemptAt: null,
  deliveredAt: "2026-11-24T09:30:05.020Z",
}

const thumbnail = `thumbnails/production/${userId}/${photoId}/1024.webp`
const thumbnails = [
  {
    variant: 1024,
    width: 1024,
    height: 768,
    bytes: 84210,
    url: `${storage}/${thumbnail}?${signature}`,
    expiresAt: "2026-11-24T09:45:00.000Z",
  },
]
const thumbhash = "1QcSHQRnh493V4dIh4eXh1h4kJUI"
const annotations = {
  title: "Pier",
  caption: "The pier at dawn",
  keywords: ["sea", "dawn"],
  rating: 4,
  creator: "Ann Lee",
}
const eventTypes = ["PhotoProcessingCompleted", "PhotoFailed"]
const webhook = { url: "https://example.com/hooks/photos", eventTypes }
const partUrl = `${storage}/${objectPath}?partNumber=1&uploadId=VXBsb2FkSWQ&${signature}`
const job = {
  jobId,
  status: "IN_PROGRESS",
  terminal: false,
  progress: 50,
  totalCount: 2,
  completedCount: 1,
  failedCount: 0,
  cancelledCount: 0,
  duplicateCount: 0,
  bytesTotal: 4915622,
  bytesSent: 2457811,
}
// The `data:` of one event: OpenAPI 3.1 describes a stream by the schema of its messages.
const message = {
  type: "photo",
  jobId,
  job,
  photoId,
  status: "COMPLETED",
  progress: 100,
  failureReason: null,
}
/** Values of one operation, by the path of the member ("" is the whole body). They override `exampleValues`. */
export const operationValues: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  cancelPhoto: { status: "CANCELLED" },
  cancelUploadJob: { status: "CANCELLED", cancelledPhotoIds: [photoId] },
  createUploadJob: {
    strategy: "s3-presigned",
    isWithinQuota: true,
    storageEvents: true,
    "items.status": "QUEUED",
    "items.reason": null,
  },
  deletePhotos: { photoIds: [photoId], "items.outcome": "deleted", "items.isDeleted": true },
  finalizeUpload: { status: "PROCESSING" },
  finalizeUploadJob: {
    photoIds: [photoId],
    "items.outcome": "finalized",
    "items.status": "PROCESSING",
  },
  getPhoto: { thumbnails, thumbhash, annotations },
  getPhotoTimeline: { "entries.kind": "COMPLETED", "entries.text": "Processing finished" },
  getReceipt: {
    "manifest.counts": { total: 1, completed: 1, duplicate: 0, failed: 0, cancelled: 0, deleted: 0 },
    "manifest.jobStatus": "COMPLETED",
    "manifest.items.outcome": "COMPLETED",
    "manifest.items.isStored": true,
    "manifest.items.reason": null,
    "text/csv": `photoId,path,filename,sha256,bytes,outcome,…\r\n${photoId},Lisbon/Day 1,IMG_0412.jpg,${sha256},2457811,COMPLETED,…\r\n`,
    "text/html": "<!doctype html>…",
  },
  listPhotos: { "items.thumbnails": thumbnails, "items.thumbhash": thumbhash },
  listWebhookDeliveries: { "items.status": "DELIVERED", "items.type": "PhotoProcessingCompleted" },
  listWebhooks: { "items.url": webhook.url, "items.eventTypes": eventTypes },
  openMultipartUpload: {
    "parts.bytes": 8388608,
    "parts.headers": { "content-length": "8388608" },
    "parts.presignedUrl": partUrl,
  },
  publishJwks: {
    "": { keys: [{ kty: "RSA", kid: "2026-11", alg: "RS256", use: "sig", e: "AQAB", n: "u1W9" }] },
  },
  receiveEvents: { failed: [] },
  registerWebhook: webhook,
  renewUpload: { status: "QUEUED" },
  renewUploadJob: { "items.status": "QUEUED" },
  verifyHashes: { sha256: [sha256], "items.isStored": true },
  tagPhotos: { photoIds: [photoId], add: ["holiday"], remove: ["to sort"], "items.outcome": "tagged" },
  untagPhoto: { tags: ["family"] },
  watchEvents: { "": message },
  watchUploadJob: { "": message },
}
