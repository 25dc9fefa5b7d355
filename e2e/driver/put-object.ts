/** S3 rejected the bytes. */
export class StorageError extends Error {
  override name = "StorageError"
  readonly status: number

  constructor(status: number) {
    super(`the storage returned ${status}`)
    this.status = status
  }
}

export type PutOptions = {
  /** Time limit of one PUT, in ms. */
  timeoutMs?: number
  fetch?: typeof fetch
}

/** PUTs bytes to a presigned URL. @throws StorageError, or what `fetch` throws */
export const putObject = async (
  request: { presignedUrl: string; method: string; headers: Record<string, string> },
  body: Blob,
  { timeoutMs = 300_000, fetch: send = fetch }: PutOptions = {},
): Promise<void> => {
  const response = await send(request.presignedUrl, {
    method: request.method,
    headers: request.headers,
    body,
    signal: AbortSignal.timeout(timeoutMs),
  })
  await response.body?.cancel()
  // The URL can create an object but not replace it: 412 means that an earlier attempt succeeded and its response was lost.
  if (!response.ok && response.status !== 412) throw new StorageError(response.status)
}
