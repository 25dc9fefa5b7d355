import type { ApiClient } from "../api/api-client.ts"
import type { AdaptiveLimit } from "./adaptive-limit.ts"
import type { FileRecord } from "./file-record.ts"
import type { FileTable } from "./file-table.ts"
import type { PauseGate } from "./pause-gate.ts"
import type { Platform } from "./ports.ts"
import type { Retry } from "./retry.ts"
import type { UploadFileState } from "./upload-types.ts"

/** What the parts of one upload share. */
export type UploadContext = {
  readonly api: ApiClient
  readonly platform: Platform
  readonly files: FileTable
  readonly gate: PauseGate
  readonly retry: Retry
  readonly limit: AdaptiveLimit
  readonly onStall: (file: UploadFileState) => void
  /** Confirms to the server that the object of a photo is stored. */
  readonly confirm: (record: FileRecord) => void
  /** Renews the presigned requests of the record's job, in one call for all of them. */
  readonly renew: (record: FileRecord) => Promise<void>
  /** Sends the hash of a file to the server: the new request is bound to it, or the file is a duplicate. */
  readonly declareHash: (record: FileRecord, sha256: string) => Promise<void>
}
