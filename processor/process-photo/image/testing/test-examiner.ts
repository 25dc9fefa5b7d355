import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { FailureReason } from "../../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../../domain/photo-type.ts"
import type { PhotoContent } from "../byte-source.ts"
import type { ExaminedPhoto } from "../examined-photo.ts"
import { type ExaminationLimits, startImageExaminer } from "../image-examiner.ts"

export const testLimits: ExaminationLimits = {
  maxPixels: 300_000_000,
  maxMs: 20_000,
  maxDecodedBytes: 480 * 1024 * 1024,
}

/** An examiner with the limits of the processor, and a folder for its files. */
export const startTestExaminer = async () => {
  const directory = await mkdtemp(join(tmpdir(), "examiner-"))
  const examiner = startImageExaminer({ threads: 2, limits: testLimits })
  let fileCount = 0

  const save = async (bytes: Uint8Array | string): Promise<string> => {
    fileCount += 1
    const path = join(directory, String(fileCount))
    await writeFile(path, bytes)
    return path
  }
  const examineContent = (content: PhotoContent, type: PhotoType) =>
    examiner.examine(content, type, new AbortController().signal)
  const examine = async (bytes: Uint8Array | string, type: PhotoType = "image/jpeg") =>
    examineContent(await save(bytes), type)

  return {
    save,
    examine,
    examineContent,
    /** @throws Error when the photo is not accepted */
    accept: async (bytes: Uint8Array, type?: PhotoType): Promise<ExaminedPhoto> => {
      const examined = await examine(bytes, type)
      if (!examined.ok) throw new Error(`${examined.error.reason}: ${examined.error.detail}`)
      return examined.value
    },
    outcomeOf: async (bytes: Uint8Array | string, type?: PhotoType): Promise<FailureReason | "accepted"> => {
      const examined = await examine(bytes, type)
      return examined.ok ? "accepted" : examined.error.reason
    },
    end: async () => {
      await examiner.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export type TestExaminer = Awaited<ReturnType<typeof startTestExaminer>>

/** The same bytes in shared memory. */
export const shared = (bytes: Uint8Array): Uint8Array<SharedArrayBuffer> => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
