import { text } from "node:stream/consumers"
import { ApiProblem, createApiClient } from "rapid-photo-upload-sdk"
import { CommandError, exitCodes } from "../exit-codes.ts"
import { withLock } from "../session/lock.ts"
import { storeRefreshToken } from "../session/refresh-token-store.ts"
import { defaultBaseUrl } from "../session/signed-in-client.ts"

export type LoginOptions = {
  email: string | undefined
  isPasswordOnStdin: boolean
  isNew: boolean
  baseUrl: string | undefined
}

/** Signs in, with `isNew` after creating the account, and stores the refresh token. The password is not stored. */
export const login = async ({
  email,
  isPasswordOnStdin,
  isNew,
  baseUrl = defaultBaseUrl,
}: LoginOptions): Promise<void> => {
  if (!email) throw new CommandError("Name the account: login --email YOU@EXAMPLE.COM")
  const password = isPasswordOnStdin
    ? (await text(process.stdin)).replace(/\r?\n$/, "")
    : await askPassword(email)
  try {
    const api = createApiClient({ baseUrl })
    if (isNew) await api.register({ email, password }).catch(ignoreTakenEmail)
    const token = await api.signIn(email, password)
    await withLock(() => storeRefreshToken({ baseUrl, email }, token.refresh_token))
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 401)
      throw new CommandError(`${error.problem.title}. ${error.problem.detail ?? ""}`)
    throw error
  }
  process.stdout.write(`Signed in as ${email} at ${baseUrl}\n`)
}

// The account exists already: the password decides.
const ignoreTakenEmail = (error: unknown): void => {
  if (!(error instanceof ApiProblem && error.problem.status === 409)) throw error
}

/** Reads a password from the terminal without showing it. */
const askPassword = async (email: string): Promise<string> => {
  const { stdin, stdout } = process
  if (!stdin.isTTY) throw new CommandError("Pass the password on standard input with --password-stdin")
  stdout.write(`Password of ${email}: `)
  stdin.setRawMode(true)
  let password = ""
  try {
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === "\r" || character === "\n") return password
        if (character === "\u0003") throw new CommandError("Interrupted", exitCodes.interrupted)
        password = character === "\u007f" ? password.slice(0, -1) : password + character
      }
    }
    return password
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stdout.write("\n")
  }
}
