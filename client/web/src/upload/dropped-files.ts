/**
 * Reads what was dropped, folders included. Call it in the drop event: the list of items is emptied after it.
 * @param onFound how many files were found so far
 */
export const filesOfDrop = async (
  transfer: DataTransfer,
  onFound: (count: number) => void = () => {},
): Promise<File[]> => {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  const found: File[] = []
  const visit = async (entry: FileSystemEntry): Promise<void> => {
    if (isFile(entry)) {
      found.push(withFolder(await fileOf(entry), folderOf(entry.fullPath)))
      if (found.length % 50 === 0) onFound(found.length)
    } else if (isDirectory(entry)) for (const child of await childrenOf(entry)) await visit(child)
  }
  for (const entry of entries) await visit(entry)
  return found
}

/** The name of the one dropped folder, else null. */
export const folderNameOf = (files: readonly File[]): string | null => {
  const names = new Set(files.map(({ webkitRelativePath }) => webkitRelativePath.split("/")[0] ?? ""))
  const [name] = names
  return names.size === 1 && files.some(({ webkitRelativePath }) => webkitRelativePath.includes("/"))
    ? (name ?? null)
    : null
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))

const childrenOf = async (directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> => {
  const reader = directory.createReader()
  const children: FileSystemEntry[] = []
  // One call returns at most 100 entries in Chromium.
  for (;;) {
    const more = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (more.length === 0) return children
    children.push(...more)
  }
}

const folderOf = (fullPath: string): string => fullPath.split("/").slice(1, -1).join("/")

/** Gives a dropped file the path that a chosen folder's files have, so that both are uploaded and resumed alike. */
const withFolder = (file: File, folder: string): File =>
  folder === ""
    ? file
    : Object.defineProperty(file, "webkitRelativePath", { value: `${folder}/${file.name}` })
