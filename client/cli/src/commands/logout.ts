import { createApiClient } from "rapid-photo-upload-sdk"
import { forgetRefreshToken, readRefreshToken } from "../session/refresh-token-store.ts"
import { readSession, removeSession } from "../session/session-file.ts"

/** Revokes the stored tokens and removes them. */
export const logout = async (): Promise<void> => {
  const session = await readSession()
  const refreshToken = session && (await readRefreshToken(session))
  if (session && refreshToken)
    await createApiClient({ baseUrl: session.baseUrl })
      .signOut(refreshToken)
      .catch(() => {})
  await forgetRefreshToken()
  await removeSession()
  process.stdout.write("Signed out.\n")
}
