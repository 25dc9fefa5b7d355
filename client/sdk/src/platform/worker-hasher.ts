import { FileError, fileUnreadable } from "../upload/errors.ts"
import type { Hasher } from "../upload/ports.ts"
import { hashBlob } from "./hash-blob.ts"
import type { HashReply, HashRequest } from "./hash-worker.ts"

type Job = {
  onPart: (partNumber: number, sha256: string) => void
  resolve: (sha256: string) => void
  reject: (error: unknown) => void
}

/** Hashes Blobs in a Web Worker, or in the page where a worker cannot be started. */
export const workerHasher = (): Hasher => {
  const jobs = new Map<number, Job>()
  let nextId = 1
  let worker: Worker | null | undefined

  const start = (): Worker | null => {
    try {
      const started = new Worker(new URL("./hash-worker.js", import.meta.url), { type: "module" })
      started.onmessage = ({ data }: MessageEvent<HashReply>) => receive(jobs, data)
      started.onerror = () => {
        // The script was not found or is not allowed: hash in the page from now on.
        worker = null
        for (const { reject } of jobs.values()) reject(new WorkerFailure("the hash worker failed"))
        jobs.clear()
      }
      return started
    } catch {
      return null
    }
  }

  return async (source, { partSize, onPart, signal }) => {
    const content = source.whole() as Blob
    const inPage = () =>
      hashBlob(content, partSize, onPart, () => signal.aborted).catch((error: unknown) => {
        throw unreadable(error)
      })
    worker ??= worker === null ? null : start()
    const running = worker
    if (!running) return inPage()
    const id = nextId
    nextId += 1
    const post = (request: HashRequest) => running.postMessage(request)
    const abort = () => {
      post({ type: "abort", id })
      jobs.get(id)?.reject(signal.reason)
      jobs.delete(id)
    }
    signal.addEventListener("abort", abort)
    try {
      return await new Promise<string>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        jobs.set(id, { onPart, resolve, reject })
        post({ type: "hash", id, content, partSize })
      })
    } catch (error) {
      if (error instanceof WorkerFailure) return inPage()
      throw error
    } finally {
      signal.removeEventListener("abort", abort)
    }
  }
}

class WorkerFailure extends Error {
  override name = "WorkerFailure"
}

const receive = (jobs: Map<number, Job>, reply: HashReply) => {
  const job = jobs.get(reply.id)
  if (!job) return
  if (reply.type === "part") return job.onPart(reply.partNumber, reply.sha256)
  jobs.delete(reply.id)
  if (reply.type === "done") job.resolve(reply.sha256)
  else job.reject(unreadable(reply.message))
}

const unreadable = (reason: unknown): FileError =>
  // A browser reads a chosen file only as it was: the user must choose it again.
  new FileError(fileUnreadable(String(reason), false))
