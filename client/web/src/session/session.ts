import { signal } from "@preact/signals"
import { ApiProblem, createClient } from "rapid-photo-upload-sdk"
import { closeSession, createAccount, openSession, refreshSession } from "./session-requests.ts"

/** Whether someone is signed in. `unknown` until the cookie of an earlier visit was tried. */
export const session = signal<"unknown" | "signedOut" | "signedIn">("unknown")

/** Set while the browser has a session cookie, which scripts cannot see. Saves a request that must fail. */
const knownKey = "has-session"

// In memory only: it ends with the tab, and no other page can read it.
let accessToken: string | null = null

const getAccessToken = async ({ isRejected }: { isRejected: boolean }): Promise<string> => {
  if (accessToken !== null && !isRejected) return accessToken
  try {
    accessToken = await refreshSession()
    return accessToken
  } catch (error) {
    // Only the server ends a session. Without a network it continues later.
    if (error instanceof ApiProblem && error.problem.status < 500) {
      accessToken = null
      localStorage.removeItem(knownKey)
      session.value = "signedOut"
    }
    throw error
  }
}

export const client = createClient({ baseUrl: location.origin, getAccessToken })
export const { api } = client

/** Continues the session of an earlier visit, if there is one. */
export const resumeSession = async (): Promise<void> => {
  if (localStorage.getItem(knownKey) === null) {
    session.value = "signedOut"
    return
  }
  try {
    await getAccessToken({ isRejected: false })
    session.value = "signedIn"
  } catch {
    session.value = "signedOut"
  }
}

export const signIn = async (email: string, password: string): Promise<void> => {
  accessToken = await openSession(email, password)
  localStorage.setItem(knownKey, "true")
  session.value = "signedIn"
}

export const register = async (email: string, password: string): Promise<void> => {
  await createAccount(email, password)
  await signIn(email, password)
}

/** Ends the session, and loads the page again so that nothing of the account stays in memory. */
export const signOut = async (): Promise<void> => {
  localStorage.removeItem(knownKey)
  await closeSession().catch(() => {})
  location.assign("/")
}
