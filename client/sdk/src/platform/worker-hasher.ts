import { FileError, fileUnreadable } from "../upload/errors.ts"
import type { Hasher } from "../upload/ports.ts"
import { digestHex } from "./digest-hex.ts"
import type { HashReply, HashRequest } from "./hash-worker.ts"

type Job = {
  onPart: (partNumber: number, sha256: string) => void
  resolve: (sha256: string | null) => void
  reject: (error: unknown) => void
}

/** The largest file that is hashed in the page, in bytes. */
const maxPageBytes = 64 * 1024 * 1024

/**
 * Hashes Blobs in a Web Worker. Where none can be started, for example because of a content security policy, the page
 * hashes parts and small files, and large ones are not hashed as a whole.
 */
export const workerHasher = (): Hasher => {
  const jobs = new Map<number, Job>()
  let nextId = 1
  let worker: Worker | null | undefined

  const start = (): Worker | null => {
    try {
      const started = new Worker(new URL("./hash-worker.ts", import.meta.url), { type: "module" })
      started.onmessage = ({ data }: MessageEvent<HashReply>) => receive(jobs, data)
      started.onerror = () => {
        // The script was not found or is not allowed.
        worker = null
        for (const { reject } of jobs.values()) reject(null)
        jobs.clear()
      }
      return started
    } catch {
      return null
    }
  }

  return async (source, { partSize, onPart, signal }) => {
    const content = source.whole() as Blob
    if (worker === undefined) worker = start()
    const running = worker
    const inPage = () => hashInPage(content, partSize, onPart)
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
      return await new Promise<string | null>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        jobs.set(id, { onPart, resolve, reject })
        post({ type: "hash", id, content, partSize })
      })
    } catch (error) {
      if (error === null) return inPage()
      throw error
    } finally {
      signal.removeEventListener("abort", abort)
    }
  }
}

const hashInPage = async (
  content: Blob,
  partSize: number | null,
  onPart: Job["onPart"],
): Promise<string | null> => {
  try {
    for (let start = 0, part = 1; partSize && start < content.size; start += partSize, part += 1) {
      const hash = await digestHex(await content.slice(start, start + partSize).arrayBuffer())
      if (hash === null) return null
      onPart(part, hash)
    }
    return content.size > maxPageBytes ? null : await digestHex(await content.arrayBuffer())
  } catch (error) {
    throw unreadable(error)
  }
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
