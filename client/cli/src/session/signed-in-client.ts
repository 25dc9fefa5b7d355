import { join } from "node:path"
import { ApiProblem, type Client, createApiClient, createClient, folderStorage } from "rapid-photo-upload-sdk"
import { CommandError } from "../exit-codes.ts"
import { withLock } from "./lock.ts"
import { readRefreshToken, storeRefreshToken } from "./refresh-token-store.ts"
import { accountFolder, readSession, type Session } from "./session-file.ts"

export const defaultBaseUrl = "http://127.0.0.1:8787"

/** A client of the signed-in account. */
export type SignedIn = {
  client: Client
  session: Session
  /** Rejects with a CommandError when the session has ended, also in the middle of an upload. */
  sessionEnd: Promise<never>
}

/**
 * Returns a client of the signed-in account.
 * @param baseUrl of `--base-url`; default: where the user signed in
 * @throws CommandError if nobody is signed in there
 */
export const signIn = async (baseUrl: string | undefined): Promise<SignedIn> => {
  const session = await readSession()
  const isElsewhere = session !== null && baseUrl !== undefined && session.baseUrl !== baseUrl
  if (!session || isElsewhere) throw new CommandError(signInHint)
  let end: (error: CommandError) => void = () => {}
  const sessionEnd = new Promise<never>((_, reject) => {
    end = reject
  })
  sessionEnd.catch(() => {})
  const getAccessToken = async (): Promise<string> => {
    const token = await freshAccessToken(session)
    if (token !== null) return token
    end(new CommandError(signInHint))
    // Without an error the upload keeps its files, and continues after the next sign-in.
    return new Promise(() => {})
  }
  const client = createClient({
    baseUrl: session.baseUrl,
    getAccessToken,
    storage: folderStorage(join(accountFolder(session), "uploads")),
  })
  return { client, session, sessionEnd }
}

/** Returns an access token, or null if the session has ended or another account signed in. */
const freshAccessToken = (expected: Session): Promise<string | null> =>
  withLock(async () => {
    // Read inside the lock: another process may have used the last token.
    const session = await readSession()
    if (session?.baseUrl !== expected.baseUrl || session.email !== expected.email) return null
    const refreshToken = await readRefreshToken(session)
    if (!refreshToken) return null
    try {
      const token = await createApiClient({ baseUrl: session.baseUrl }).refresh(refreshToken)
      await storeRefreshToken(session, token.refresh_token)
      return token.access_token
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) return null
      throw error
    }
  })

const signInHint =
  "You are not signed in. Run: rapid-photo-upload login --email YOU@EXAMPLE.COM --base-url URL"
