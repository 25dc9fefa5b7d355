import { parseArgs } from "node:util"

/** The command line of `npm run demo`. */
export type DemoOptions = {
  /** The folder to upload, or null for generated photos. */
  folder: string | null
  /** How many photos are generated. */
  photos: number
  /** The file that receives the metadata of every photo, or null. */
  json: string | null
}

/** The API's limit for one job. */
const maxPhotos = 500
const defaultPhotos = 100

export const usage = `\
Usage: npm run demo -- [FOLDER] [--photos N] [--json FILE]

Starts the system on free ports, uploads photos, waits until each has a final status, and stops the system.

  FOLDER        Upload every file in this folder and its subfolders. Without it, photos are generated
  --photos N    Number of generated photos, 1 to ${maxPhotos} (default ${defaultPhotos})
  --json FILE   Write the metadata of every photo to FILE
  --help        Print this help`

/** Parses the command line. Returns "help", or a message that says what is wrong. */
export const demoOptionsOf = (
  args: readonly string[],
): { options: DemoOptions } | "help" | { error: string } => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        photos: { type: "string", default: String(defaultPhotos) },
        json: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    })
    if (values.help) return "help"
    const [folder = null, ...rest] = positionals
    if (rest.length > 0) return { error: "Name at most one folder." }
    const photos = /^\d{1,3}$/.test(values.photos) ? Number(values.photos) : 0
    if (photos < 1 || photos > maxPhotos) return { error: `--photos must be 1 to ${maxPhotos}.` }
    return { options: { folder, photos, json: values.json ?? null } }
  } catch (error) {
    // parseArgs names the unknown option or the missing value.
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
