import { createHash } from "node:crypto"
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import envPaths from "env-paths"

const paths = envPaths("rapid-photo-upload", { suffix: "" })

/** The folder of the session; tests and scripts choose another one with RAPID_PHOTO_UPLOAD_HOME. */
export const homeFolder = (): string => process.env.RAPID_PHOTO_UPLOAD_HOME || paths.config

/** Who is signed in where. The refresh token is in the keyring, or here where there is none. */
export type Session = { baseUrl: string; email: string; refreshToken: string | null }

/** The folder of the unfinished uploads of an account. */
export const accountFolder = ({ baseUrl, email }: Pick<Session, "baseUrl" | "email">): string => {
  const identity = createHash("sha256").update(JSON.stringify([baseUrl, email]))
  return join(homeFolder(), "accounts", identity.digest("hex").slice(0, 24))
}

const sessionPath = () => join(homeFolder(), "session.json")

export const readSession = async (): Promise<Session | null> => {
  const text = await readFile(sessionPath(), "utf8").catch(() => null)
  try {
    const stored = JSON.parse(text ?? "null") as Partial<Session> | null
    if (typeof stored?.baseUrl !== "string" || typeof stored.email !== "string") return null
    return { baseUrl: stored.baseUrl, email: stored.email, refreshToken: stored.refreshToken ?? null }
  } catch {
    return null
  }
}

/** Replaces the file as a whole. Only its owner can read it. */
export const writeSession = async (session: Session): Promise<void> => {
  await mkdir(homeFolder(), { recursive: true, mode: 0o700 })
  const temporary = `${sessionPath()}.${process.pid}.tmp`
  await writeFile(temporary, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 })
  await rename(temporary, sessionPath())
}

export const removeSession = (): Promise<void> => rm(sessionPath(), { force: true })
