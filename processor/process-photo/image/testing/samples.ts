import { existsSync } from "node:fs"
import { join } from "node:path"

// Next to the repository; a git worktree is one level deeper.
const candidates = ["../shared", "../../shared"].map((path) =>
  join(import.meta.dirname, "../../../..", path, "samples"),
)

/** The maintainers' sample photos, outside the repository; null where they are absent. */
export const samplesFolder: string | null = candidates.find((path) => existsSync(path)) ?? null
