import { hashBlob } from "./hash-blob.ts"

/** What a page sends to the hash worker. */
export type HashRequest =
  | { type: "hash"; id: number; content: Blob; partSize: number | null }
  | { type: "abort"; id: number }

/** What the hash worker sends back. */
export type HashReply =
  | { type: "part"; id: number; partNumber: number; sha256: string }
  | { type: "done"; id: number; sha256: string }
  | { type: "failed"; id: number; message: string }

// The module runs in a Web Worker: the DOM's types describe a window.
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<HashRequest>) => void) | null
  postMessage: (reply: HashReply) => void
}
const aborted = new Set<number>()

scope.onmessage = ({ data }) => {
  if (data.type === "abort") {
    aborted.add(data.id)
    return
  }
  const { id, content, partSize } = data
  hashBlob(
    content,
    partSize,
    (partNumber, sha256) => scope.postMessage({ type: "part", id, partNumber, sha256 }),
    () => aborted.has(id),
  )
    .then(
      (sha256) => scope.postMessage({ type: "done", id, sha256 }),
      (error: unknown) => scope.postMessage({ type: "failed", id, message: String(error) }),
    )
    .finally(() => aborted.delete(id))
}
