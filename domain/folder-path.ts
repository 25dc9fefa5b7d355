import { err, ok, type Result } from "./result.ts"

/** Longest path, in characters. */
export const maxFolderPathLength = 1024

/** Why a folder path is rejected. */
export type FolderPathFault = "too_long" | "absolute" | "segments" | "characters"

// What no path of a file system that users choose from contains. The characters of filenames are too strict here: a
// folder is only shown and searched, never part of a key.
const forbiddenCharacters = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

/**
 * Returns the relative folder of a file in canonical form ("/" between segments, NFC), or null for a file that was
 * chosen without a folder.
 */
export const parseFolderPath = (path: string | undefined): Result<string | null, FolderPathFault> => {
  if (path === undefined || path === "") return ok(null)
  const canonical = path.replaceAll("\\", "/").normalize("NFC")
  if (canonical.length > maxFolderPathLength) return err("too_long")
  if (forbiddenCharacters.test(canonical) || !canonical.isWellFormed()) return err("characters")
  if (canonical.startsWith("/") || /^[A-Za-z]:/.test(canonical)) return err("absolute")
  const isSegment = (segment: string) => segment !== "" && segment !== "." && segment !== ".."
  return canonical.split("/").every(isSegment) ? ok(canonical) : err("segments")
}
