import { Transform } from "node:stream"
import type { Checksum } from "./checksums.ts"

/**
 * Forwards a body and holds back its end until all of its checksums match. If one does not, the stream fails with
 * S3RequestError, and the receiver gets an incomplete body and stores nothing.
 */
export const checkedBody = (checksums: readonly Checksum[]): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const checksum of checksums) checksum.update(chunk)
      done(null, chunk)
    },
    // The receiver gets the body in chunked encoding. Without the final chunk, which follows here, it is incomplete.
    flush(done) {
      const errors = checksums.flatMap((checksum) => checksum.finish() ?? [])
      done(errors[0])
    },
  })
