import { readSession, type Session, writeSession } from "./session-file.ts"

const service = "rapid-photo-upload"

type Keyring = {
  getPassword: () => string | null
  setPassword: (value: string) => void
  deletePassword: () => void
}

/** The entry of the operating system's keyring, or null where there is none, for example on a server. */
const keyringOf = async ({ baseUrl, email }: Pick<Session, "baseUrl" | "email">): Promise<Keyring | null> => {
  if (process.env.RAPID_PHOTO_UPLOAD_KEYRING === "off") return null
  try {
    const { Entry } = await import("@napi-rs/keyring")
    return new Entry(service, `${email} ${baseUrl}`)
  } catch {
    return null
  }
}

/** Reads the refresh token of a session. */
export const readRefreshToken = async (session: Session): Promise<string | null> => {
  if (session.refreshToken !== null) return session.refreshToken
  try {
    return (await keyringOf(session))?.getPassword() ?? null
  } catch {
    return null
  }
}

/** Stores the session, its token in the keyring if possible, else in the file. */
export const storeRefreshToken = async (
  identity: Pick<Session, "baseUrl" | "email">,
  refreshToken: string,
): Promise<void> => {
  try {
    const keyring = await keyringOf(identity)
    if (keyring) {
      keyring.setPassword(refreshToken)
      return await writeSession({ ...identity, refreshToken: null })
    }
  } catch {
    // The keyring is locked, or there is no desktop session.
  }
  await writeSession({ ...identity, refreshToken })
}

/** Removes the token of the stored session from the keyring. */
export const forgetRefreshToken = async (): Promise<void> => {
  const session = await readSession()
  try {
    if (session) (await keyringOf(session))?.deletePassword()
  } catch {
    // There was none.
  }
}
