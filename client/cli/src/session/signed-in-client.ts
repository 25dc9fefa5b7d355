import { join } from "node:path"
import { ApiProblem, type Client, createApiClient, createClient, folderStorage } from "rapid-photo-upload-sdk"
import { CommandError } from "../exit-codes.ts"
import { withLock } from "./lock.ts"
import { readRefreshToken, storeRefreshToken } from "./refresh-token-store.ts"
import { homeFolder, readSession } from "./session-file.ts"

export const defaultBaseUrl = "http://127.0.0.1:8787"

/**
 * Returns a client of the signed-in account.
 * @param baseUrl of `--base-url`; default: where the user signed in
 * @throws CommandError if nobody is signed in there
 */
export const signedInClient = async (baseUrl: string | undefined): Promise<Client> => {
  const session = await readSession()
  const isElsewhere = session !== null && baseUrl !== undefined && session.baseUrl !== baseUrl
  if (!session || isElsewhere) throw new CommandError(signInHint)
  return createClient({
    baseUrl: session.baseUrl,
    getAccessToken: freshAccessToken,
    storage: folderStorage(join(homeFolder(), "uploads")),
  })
}

const freshAccessToken = (): Promise<string> =>
  withLock(async () => {
    // Read inside the lock: another process may have used the last token.
    const session = await readSession()
    const refreshToken = session && (await readRefreshToken(session))
    if (!session || !refreshToken) throw new CommandError(signInHint)
    try {
      const token = await createApiClient({ baseUrl: session.baseUrl }).refresh(refreshToken)
      await storeRefreshToken(session, token.refresh_token)
      return token.access_token
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) throw new CommandError(signInHint)
      throw error
    }
  })

const signInHint =
  "You are not signed in. Run: rapid-photo-upload login --email YOU@EXAMPLE.COM --base-url URL"
