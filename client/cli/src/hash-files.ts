import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream/promises"

/** Files hashed at once: hashing is bound by one core each, reading by the disk. */
const concurrency = 4

/** Returns the SHA-256 of each file in hex. Reads every file completely. A file that cannot be read is missing. */
export const hashFiles = async (files: readonly string[]): Promise<Map<string, string>> => {
  const hashes = new Map<string, string>()
  const waiting = [...files]
  const hashNext = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const hash = createHash("sha256")
      const isRead = await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash).then(
        () => true,
        () => false,
      )
      if (isRead) hashes.set(file, hash.digest("hex"))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, hashNext))
  return hashes
}
