import { randomBytes } from "node:crypto"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** The secret that signs events between processor and edge. Created at the first start and kept in `directory`. */
export const localEventsSecret = async (directory: string): Promise<string> => {
  const path = join(directory, "events-endpoint-secret")
  const known = await readFile(path, "utf8").catch(() => null)
  if (known !== null) return known
  const secret = `whsec_${randomBytes(32).toString("base64")}`
  await mkdir(directory, { recursive: true })
  await writeFile(path, secret, { mode: 0o600 })
  return secret
}
