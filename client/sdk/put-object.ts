/** S3 did not take the bytes. */
export class StorageRefusal extends Error {
  override name = "StorageRefusal"
  readonly status: number

  constructor(status: number) {
    super(`the storage answered ${status}`)
    this.status = status
  }
}

export type PutOptions = {
  /** For one PUT, in ms. */
  timeoutMs?: number
  fetch?: typeof fetch
}

/** PUTs bytes to a presigned URL. @throws StorageRefusal, or what `fetch` throws */
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
  // The URL creates an object and never replaces it: 412 means that an earlier try arrived and its answer was lost.
  if (!response.ok && response.status !== 412) throw new StorageRefusal(response.status)
}
