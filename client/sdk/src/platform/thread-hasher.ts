import { Worker } from "node:worker_threads"
import { FileError } from "../upload/errors.ts"
import type { Hasher } from "../upload/ports.ts"
import { type HashJob, type HashMessage, hashBody } from "./hash-thread.ts"
import type { NodeBody } from "./node-body.ts"

type Waiting = {
  onPart: (partNumber: number, sha256: string) => void
  resolve: (sha256: string) => void
  reject: (error: unknown) => void
}

/** Hashes files in one worker thread. The thread ends with the process and does not keep it alive. */
export const threadHasher = (): Hasher => {
  const waiting = new Map<number, Waiting>()
  let nextId = 1
  let thread: Worker | undefined

  const start = (): Worker => {
    // TypeScript rewrites the extension in imports only.
    const script = import.meta.url.endsWith(".ts") ? "./hash-thread.ts" : "./hash-thread.js"
    const started = new Worker(new URL(script, import.meta.url))
    started.on("message", (message: HashMessage) => receive(waiting, message))
    started.on("error", (error) => {
      thread = undefined
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    })
    started.unref()
    return started
  }

  return async (source, { partSize, onPart, signal }) => {
    const body = source.whole() as NodeBody
    // A function cannot be sent to a thread.
    if (!(body instanceof Blob) && "open" in body) return hashBody(body, partSize, onPart, signal)
    thread ??= start()
    const running = thread
    const id = nextId
    nextId += 1
    const post = (job: HashJob) => running.postMessage(job)
    const abort = () => {
      post({ type: "abort", id })
      waiting.get(id)?.reject(signal.reason)
      waiting.delete(id)
    }
    signal.addEventListener("abort", abort)
    try {
      return await new Promise<string>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        waiting.set(id, { onPart, resolve, reject })
        post({ type: "hash", id, body, partSize })
      })
    } finally {
      signal.removeEventListener("abort", abort)
    }
  }
}

const receive = (waiting: Map<number, Waiting>, message: HashMessage) => {
  const job = waiting.get(message.id)
  if (!job) return
  if (message.type === "part") return job.onPart(message.partNumber, message.sha256)
  waiting.delete(message.id)
  if (message.type === "done") job.resolve(message.sha256)
  else job.reject(new FileError(message.failure))
}
