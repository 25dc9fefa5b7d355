import { randomUUID } from "node:crypto"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { exportJWK, generateKeyPair } from "jose"

/** The private JWK that signs local access tokens. Created at the first start and kept in `directory`. */
export const localSigningKey = async (directory: string): Promise<string> => {
  const path = join(directory, "jwt-signing-key.json")
  return readFile(path, "utf8").catch(() => createKey(path))
}

const createKey = async (path: string): Promise<string> => {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true })
  const key = JSON.stringify({
    ...(await exportJWK(privateKey)),
    kid: randomUUID(),
    alg: "RS256",
    use: "sig",
  })
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, key, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return key
}
