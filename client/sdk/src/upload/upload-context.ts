import type { ApiClient } from "../api/api-client.ts"
import type { PhotoStatus } from "../live/job-status.ts"
import type { AdaptiveLimit } from "./adaptive-limit.ts"
import type { FileRecord } from "./file-record.ts"
import type { FileTable } from "./file-table.ts"
import type { lanes } from "./lanes.ts"
import type { PauseGate } from "./pause-gate.ts"
import type { Hasher, Platform } from "./ports.ts"
import type { Retry } from "./retry.ts"
import type { UploadFileState } from "./upload-types.ts"

/** What all parts of one upload share. */
export type SharedContext = {
  readonly api: ApiClient
  readonly platform: Platform
  /** Null: files are not hashed. */
  readonly hasher: Hasher | null
  readonly files: FileTable
  readonly gate: PauseGate
  readonly retry: Retry
  /** Retries requests that the user's pause does not hold back, such as cancellations. */
  readonly retryWhilePaused: Retry
  /** Limits the requests to S3. */
  readonly limit: AdaptiveLimit
  /** Limits the files that are hashed at once before they are sent. */
  readonly hashing: ReturnType<typeof lanes>
  /** Limits the files that are sent in parts at once. */
  readonly largeFiles: ReturnType<typeof lanes>
  readonly onStall: (file: UploadFileState) => void
  /** Applies what the server reports about a photo. */
  readonly onPhoto: (photo: PhotoStatus) => void
}

/** The context of the files of one job. */
export type UploadContext = SharedContext & {
  /** Confirms to the server that the object of a photo is stored. */
  readonly confirm: (record: FileRecord) => void
  /** Renews the presigned requests of the record's job, in one call for all of them. */
  readonly renew: (record: FileRecord) => Promise<void>
  /** Sends the hash of a file to the server: the new request is bound to it, or the file is a duplicate. */
  readonly declareHash: (record: FileRecord, sha256: string) => Promise<void>
}
