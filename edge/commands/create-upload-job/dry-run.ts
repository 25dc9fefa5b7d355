import type { Database } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { type DeclaredFile, fileRejectionOf, type UploadLimits } from "../../../domain/upload-job.ts"
import { rejectionMessage } from "./rejection-messages.ts"
import type { DryRunResponse } from "./schema.ts"
import { selectDuplicates } from "./sql.ts"

/** Returns what `createUploadJob` would do with each file, and writes nothing. */
export const dryRun = async (
  { database, limits }: { database: Database; limits: UploadLimits },
  {
    userId,
    files,
    allowDuplicates,
  }: { userId: UserId; files: readonly DeclaredFile[]; allowDuplicates: boolean },
): Promise<DryRunResponse> => {
  const checked = files.map((file) => ({
    filename: file.filename,
    sha256: file.sha256 ?? null,
    bytes: file.bytes,
    rejection: fileRejectionOf(file, limits),
  }))
  const accepted = checked
    .filter(({ rejection }) => !rejection)
    .map(({ bytes, sha256 }) => ({ bytes, sha256 }))
  const found = await database.run(selectDuplicates, { userId, allowDuplicates, files: accepted })
  let place = -1
  return {
    dryRun: true,
    isWithinQuota: found.isWithinQuota,
    items: checked.map(({ filename, rejection }) => {
      if (rejection) {
        const reason = { code: rejection.reason, detail: rejectionMessage(rejection) }
        return { filename, result: "rejected", duplicateOf: null, reason }
      }
      place += 1
      const duplicateOf = found.duplicates[place] ?? null
      const isDuplicate = duplicateOf !== null || found.isRepeated[place] === true
      return { filename, result: isDuplicate ? "duplicate" : "accepted", duplicateOf, reason: null }
    }),
  }
}
