import { readFile } from "node:fs/promises"
import * as z from "zod"
import { startImageExaminer } from "../processor/process-photo/image/image-examiner.ts"

// The baseline of bench/processor.ts, in a separate process. It only examines JPEGs that are in memory. A message with
// paths starts a round; the reply is the CPU time of the round in ms. The threads are kept between rounds, as in the
// processor.

const concurrency = Number(process.argv[2])
const examiner = startImageExaminer({
  threads: concurrency,
  limits: { maxPixels: 300_000_000, maxDecodedBytes: 400 * 1024 * 1024, maxMs: 30_000 },
})

process.on("message", async (message) => {
  const photos = await Promise.all(z.array(z.string()).parse(message).map(inSharedMemory))
  const before = process.cpuUsage()
  const worker = async () => {
    for (let photo = photos.shift(); photo; photo = photos.shift()) {
      const result = await examiner.examine(photo, "image/jpeg", AbortSignal.timeout(60_000))
      if (!result.ok) throw new Error(result.error.detail)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const { user, system } = process.cpuUsage(before)
  process.send?.((user + system) / 1000)
})

async function inSharedMemory(path: string): Promise<Uint8Array<SharedArrayBuffer>> {
  const file = await readFile(path)
  const bytes = new Uint8Array(new SharedArrayBuffer(file.length))
  bytes.set(file)
  return bytes
}
