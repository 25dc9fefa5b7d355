import { StalledError, StorageError } from "./errors.ts"
import type { SendableBody, SendBody } from "./ports.ts"
import { linkedController } from "./signals.ts"

/** A request without any progress for this long is repeated, in ms. */
export const stallMs = 30_000

export type PutRequest = {
  url: string
  headers: Readonly<Record<string, string>>
  body: SendableBody
  bytes: number
  signals: readonly AbortSignal[]
  onProgress: (bytesSent: number) => void
  onStall: () => void
}

/**
 * Sends one PUT to S3.
 * @throws StorageError for an error response, StalledError, or what the platform's `send` throws
 */
export const putBytes = async (send: SendBody, request: PutRequest): Promise<void> => {
  const { controller, release } = linkedController(...request.signals)
  const watchdog = stallWatchdog(() => {
    request.onStall()
    controller.abort(new StalledError(`no progress in ${stallMs / 1000} s`))
  })
  try {
    const { url, headers, body, bytes } = request
    const response = await send({
      url,
      headers,
      body,
      bytes,
      signal: controller.signal,
      onProgress: (bytesSent) => {
        watchdog.reset()
        request.onProgress(bytesSent)
      },
    })
    if (response.status >= 300)
      throw new StorageError(response.status, /<Code>(\w+)<\/Code>/.exec(response.text)?.[1])
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    watchdog.stop()
    release()
  }
}

const stallWatchdog = (onStall: () => void) => {
  let timer = setTimeout(onStall, stallMs)
  return {
    reset: () => {
      clearTimeout(timer)
      timer = setTimeout(onStall, stallMs)
    },
    stop: () => clearTimeout(timer),
  }
}
