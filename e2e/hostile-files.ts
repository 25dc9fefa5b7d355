import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  type HostilePhoto,
  heavyPhotos,
  hostilePhotos,
} from "../processor/process-photo/image/testing/hostile-photos.ts"
import { samplesFolder } from "../processor/process-photo/image/testing/samples.ts"

/** Hostile, heavy and damaged photos, and damaged copies of the maintainers' samples if these are present. */
export const hostileFiles = async (): Promise<HostilePhoto[]> => [
  ...hostilePhotos,
  ...heavyPhotos,
  ...(await damagedSamples()),
]

const damages: Readonly<Record<string, (bytes: Buffer) => void>> = {
  "zeroed-tenth": (bytes) => bytes.fill(0, Math.floor(bytes.length * 0.5), Math.floor(bytes.length * 0.6)),
  "zeroed-most": (bytes) => bytes.fill(0, Math.floor(bytes.length * 0.1)),
}

const damagedSamples = async (): Promise<HostilePhoto[]> => {
  if (!samplesFolder) return []
  const good = join(samplesFolder, "good")
  const names = (await readdir(good)).filter((name) => name.endsWith(".heic"))
  return names.flatMap((name) =>
    Object.entries(damages).map(
      ([damage, change]): HostilePhoto => ({
        filename: `${damage}-${name}`,
        type: "image/heic",
        outcome: "CORRUPT",
        bytes: async () => {
          const bytes = await readFile(join(good, name))
          change(bytes)
          return bytes
        },
      }),
    ),
  )
}

/** Writes every file to `directory`. */
const writeHostileFiles = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true })
  for (const { filename, outcome, bytes } of await hostileFiles()) {
    const content = await bytes()
    await writeFile(join(directory, filename), content)
    console.log(`${filename}: ${content.length} bytes, expected ${outcome}`)
  }
}

if (import.meta.main) {
  const [directory] = process.argv.slice(2)
  if (directory) await writeHostileFiles(directory)
  else {
    console.error("usage: npm run hostile-files -- DIRECTORY")
    process.exitCode = 1
  }
}
