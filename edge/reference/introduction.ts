/** The first section of the API reference, in Markdown. */
export const introduction = `\
Clients upload photos straight to S3. This API issues the upload URLs, tracks each photo and returns the results.

## Quickstart

1. \`POST /auth/register\` and \`POST /auth/token\` return an access token. Send it as \`Authorization: Bearer …\`.
2. \`POST /commands/upload-jobs\` declares the files of a batch and returns a presigned URL for each.
3. \`PUT\` each file to its \`presignedUrl\` with exactly the \`headers\` that came with it.
4. \`POST /commands/upload-jobs/{jobId}/finalize\` confirms the uploads. If the answer of step 2 has \`storageEvents: true\`,
   S3 confirms them, and the call is only needed for photos that have not moved after some seconds.
5. \`GET /queries/upload-jobs/{jobId}\` returns the status of the job and of each photo. Stop polling when \`terminal\`
   is true, or follow the job live at \`GET /queries/upload-jobs/{jobId}/events\`.

## Errors

Every error is an \`application/problem+json\` document (RFC 9457). \`type\` is stable: branch on it. \`detail\` says what to
do, \`errors\` points to each invalid field, and \`traceId\` identifies the request in our logs.

## Conventions

- Answers with status 429 or 503 carry \`Retry-After\`. Send the same request again after that many seconds.
- Commands that create something accept an \`Idempotency-Key\`, so it is safe to send them again.
- Queries return an \`ETag\`. Send it in \`If-None-Match\` to get 304 while nothing has changed.
- Every answer carries a \`traceparent\` header (W3C Trace Context). It continues the caller's trace if one was sent.
- Times are RFC 3339 in UTC. Ids are opaque strings.
- Answers may get additional members. Ignore the ones that you do not know.`
