import { signal } from "@preact/signals"
import { loadAccount } from "../session/account.ts"
import { type ChosenFiles, divideFiles } from "./accepted-files.ts"
import { folderNameOf } from "./dropped-files.ts"

/** The server's default limit of one file; a larger one would be rejected there. */
const maxFileBytes = 100 * 1024 * 1024

const collator = new Intl.Collator("en", { numeric: true })
const pathOf = ({ webkitRelativePath, name }: File): string => webkitRelativePath || name

/** What was chosen and waits for the user's confirmation; null: nothing. */
export const chosen = signal<(ChosenFiles & { folder: string | null }) | null>(null)

/** Shows what was chosen, before anything is sent. */
export const chooseFiles = (files: readonly File[]): void => {
  if (files.length === 0) return
  void loadAccount()
  // In the order in which people look at them, not in that of the disk.
  const sorted = files.toSorted((a, b) => collator.compare(pathOf(a), pathOf(b)))
  chosen.value = { ...divideFiles(sorted, maxFileBytes), folder: folderNameOf(files) }
}

/** Opens the browser's picker for files, or for a folder. */
export const openPicker = (kind: "files" | "folder", accept: string): void => {
  const input = document.createElement("input")
  input.type = "file"
  input.multiple = true
  if (kind === "folder") input.webkitdirectory = true
  else input.accept = accept
  input.addEventListener("change", () => chooseFiles([...(input.files ?? [])]))
  input.click()
}
