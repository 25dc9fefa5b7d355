/** The first section of the API reference, in Markdown. */
export const introduction = `\
Clients upload photos directly to S3. This API issues the upload URLs, tracks each photo and returns the results.

## Quick start

1. \`POST /auth/register\` and \`POST /auth/token\` return an access token. Send it as \`Authorization: Bearer …\`.
2. \`POST /commands/upload-jobs\` declares the files of a batch and returns a presigned URL for each.
3. \`PUT\` each file to its \`presignedUrl\` with exactly the \`headers\` that are returned with it.
4. \`POST /commands/upload-jobs/{jobId}/finalize\` confirms the uploads. If the response of step 2 has \`storageEvents: true\`,
   S3 confirms them, and you need this call only for photos whose status has not changed a few seconds after the upload.
5. \`GET /queries/upload-jobs/{jobId}\` returns the status of the job and of each photo. Stop polling when \`terminal\`
   is true, or follow the job live at \`GET /queries/upload-jobs/{jobId}/events\`.

## Errors

Every error is an \`application/problem+json\` document (RFC 9457). \`type\` is stable: branch on it. \`detail\` says what to
do, \`errors\` points to each invalid field, and \`traceId\` identifies the request in the logs.

## Conventions

- Responses with status 429 or 503 have a \`Retry-After\` header. Send the same request again after that many seconds.
- Commands that create something accept an \`Idempotency-Key\`, so it is safe to send them again.
- Queries return an \`ETag\`. Send it in \`If-None-Match\` to get 304 if nothing has changed.
- Every response has a \`traceparent\` header (W3C Trace Context). It continues the caller's trace if one was sent.
- Times are RFC 3339 in UTC. Ids are opaque strings.
- Responses may get additional members. Ignore members that you do not know.`
