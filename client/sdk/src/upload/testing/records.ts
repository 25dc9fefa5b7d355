import { type FileRecord, newFileRecord } from "../file-record.ts"
import { type FileTable, fileTable } from "../file-table.ts"
import { closedSource } from "../open-files.ts"
import type { UploadFileState } from "../upload-types.ts"

/** A record of a file that has these bytes. */
export const recordOf = (id: string, bytes = 100): FileRecord =>
  newFileRecord(id, `${id}.jpg`, { ...closedSource(`${id}.jpg`), bytes }, "image/jpeg")

/** A table of files, with the states it reported and a clock that the test moves. */
export const tableOf = (records: readonly FileRecord[]) => {
  const reported: UploadFileState[] = []
  const clock = { ms: 0 }
  const files: FileTable = fileTable(
    { onFile: (file) => reported.push(file), onProgress: () => {} },
    () => clock.ms,
  )
  for (const record of records) files.add(record)
  return { files, reported, clock }
}
