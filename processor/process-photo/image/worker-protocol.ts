import type { PhotoFault } from "../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../domain/photo-type.ts"
import type { Result } from "../../../domain/result.ts"
import type { PhotoContent } from "./byte-source.ts"
import type { ExaminedPhoto } from "./examined-photo.ts"
import type { ProbeLimits } from "./probe.ts"

/**
 * A photo for a thread to examine. The thread sends `needs`, waits for `Go`, and sends `examined`. It may send
 * `examined` or `failed` instead of `needs`.
 */
export type Order = {
  content: PhotoContent
  declaredType: PhotoType
  limits: ProbeLimits
  /** Whether XMP and IPTC are read. */
  withAnnotations: boolean
}

/** Permission to decode. `libheif` is compiled once for all threads, when the first HEIC needs it; null for other formats. */
export type Go = { libheif: WebAssembly.Module | null }

export type FromWorker =
  /** `keepsMemory`: WebAssembly memory never shrinks, so the thread has to end with the photo. */
  | { kind: "needs"; decodeBytes: number; keepsMemory: boolean }
  | { kind: "examined"; result: Result<ExaminedPhoto, PhotoFault> }
  /** The file could not be read; the photo may be valid. */
  | { kind: "failed"; error: Error }
