import type { UploadFileState } from "rapid-photo-upload-sdk"

/** Files of the panel that belong together. */
export type FileGroup = {
  key: string
  title: string
  kind: "uploading" | "processing" | "done" | "duplicate" | "failed" | "cancelled"
  files: readonly UploadFileState[]
}

const kinds = {
  waiting: "uploading",
  hashing: "uploading",
  uploading: "uploading",
  uploaded: "processing",
  processing: "processing",
  completed: "done",
  duplicate: "duplicate",
  failed: "failed",
  cancelled: "cancelled",
} as const satisfies Record<UploadFileState["status"], FileGroup["kind"]>

const titles = {
  uploading: "Uploading",
  processing: "Processing",
  done: "Done",
  duplicate: "Already here",
  cancelled: "Cancelled",
} as const

const order: readonly FileGroup["kind"][] = [
  "failed",
  "uploading",
  "processing",
  "duplicate",
  "done",
  "cancelled",
]

/** Groups files by what happens to them; failed files by their reason. Empty groups are left out. */
export const groupFiles = (files: readonly UploadFileState[]): FileGroup[] => {
  const groups = Map.groupBy(files, (file) =>
    file.status === "failed" ? `failed ${file.failure?.code ?? ""}` : kinds[file.status],
  )
  return [...groups]
    .map(([key, members]): FileGroup => {
      const [first] = members
      const kind = first ? kinds[first.status] : "cancelled"
      const title = kind === "failed" ? (first?.failure?.title ?? "Failed") : titles[kind]
      return { key, kind, title, files: kind === "uploading" ? activeFirst(members) : members }
    })
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || b.files.length - a.files.length)
}

const activeFirst = (files: readonly UploadFileState[]): UploadFileState[] => [
  ...files.filter(({ status }) => status === "uploading"),
  ...files.filter(({ status }) => status !== "uploading"),
]
