import { FileError, fileUnreadable } from "../upload/errors.ts"
import type { SendBody } from "../upload/ports.ts"
import { abortError } from "../upload/signals.ts"

/** Headers that browsers set themselves and do not let scripts set. */
const forbidden = new Set(["content-length", "host"])

/** PUTs with XMLHttpRequest: fetch reports no upload progress. Works in browsers and in React Native. */
export const xhrSend: SendBody = ({ url, headers, body, signal, onProgress }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    const settle = (finish: () => void) => () => {
      signal.removeEventListener("abort", abort)
      finish()
    }
    request.open("PUT", url)
    for (const [name, value] of Object.entries(headers))
      if (!forbidden.has(name.toLowerCase())) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => onProgress(loaded)
    request.onload = settle(() => resolve({ status: request.status, text: request.responseText }))
    request.onerror = settle(() => {
      const failed = new TypeError("the request to S3 failed")
      if (!(body instanceof Blob)) return reject(failed)
      // Browsers report a file that changed or was removed like a broken connection.
      readFirstByte(body).then(
        () => reject(failed),
        (error: unknown) => reject(new FileError(fileUnreadable(String(error), false))),
      )
    })
    request.onabort = settle(() => reject(signal.reason ?? abortError()))
    signal.addEventListener("abort", abort)
    request.send(body as XMLHttpRequestBodyInit)
  })

const readFirstByte = (body: Blob): Promise<ArrayBuffer> => body.slice(0, 1).arrayBuffer()
