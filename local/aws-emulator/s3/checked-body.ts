import { Transform } from "node:stream"
import type { Checksum } from "./checksums.ts"

/**
 * Forwards a body, and its end only if all checksums match. Otherwise the stream fails with S3RequestError; the receiver
 * gets an incomplete body and stores nothing.
 */
export const checkedBody = (checksums: readonly Checksum[]): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const checksum of checksums) checksum.update(chunk)
      done(null, chunk)
    },
    // The body is sent in chunked encoding. Without the final chunk, which is sent here, it is incomplete.
    flush(done) {
      const errors = checksums.flatMap((checksum) => checksum.finish() ?? [])
      done(errors[0])
    },
  })
