import { Transform } from "node:stream"
import type { Checksum } from "./checksums.ts"

/**
 * Passes a body on and holds its end back until the whole is what its sender stated: whoever receives it sees a body
 * that breaks off, and stores nothing, when it is not. Errors with S3Refused.
 */
export const checkedBody = (checksums: readonly Checksum[]): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const checksum of checksums) checksum.update(chunk)
      done(null, chunk)
    },
    // The receiver gets the body in chunked encoding: without the final chunk, which follows this, it has no end.
    flush(done) {
      const refusals = checksums.flatMap((checksum) => checksum.finish() ?? [])
      done(refusals[0])
    },
  })
