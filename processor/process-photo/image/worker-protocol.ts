import type { PhotoFault } from "../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../domain/photo-type.ts"
import type { Result } from "../../../domain/result.ts"
import type { PhotoContent } from "./byte-source.ts"
import type { ExaminedPhoto } from "./examined-photo.ts"
import type { ProbeLimits } from "./probe.ts"

/** A photo for a thread to examine. The thread answers `needs`, waits for "go", and answers `examined`. */
export type Order = { content: PhotoContent; declaredType: PhotoType; limits: ProbeLimits }

export type FromWorker =
  | { kind: "needs"; decodeBytes: number }
  | { kind: "examined"; result: Result<ExaminedPhoto, PhotoFault> }
