import { text } from "node:stream/consumers"
import { ApiProblem, createApiClient } from "rapid-photo-upload-sdk"
import { CommandError } from "../exit-codes.ts"
import { withLock } from "../session/lock.ts"
import { storeRefreshToken } from "../session/refresh-token-store.ts"
import { defaultBaseUrl } from "../session/signed-in-client.ts"

export type LoginOptions = { email: string | undefined; passwordStdin: boolean; baseUrl: string | undefined }

/** Signs in and stores the refresh token. The password is not stored. */
export const login = async ({
  email,
  passwordStdin,
  baseUrl = defaultBaseUrl,
}: LoginOptions): Promise<void> => {
  if (!email) throw new CommandError("Name the account: login --email YOU@EXAMPLE.COM")
  const password = passwordStdin
    ? (await text(process.stdin)).replace(/\r?\n$/, "")
    : await askPassword(email)
  try {
    const token = await createApiClient({ baseUrl }).signIn(email, password)
    await withLock(() => storeRefreshToken({ baseUrl, email }, token.refresh_token))
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 401)
      throw new CommandError(`${error.problem.title}. ${error.problem.detail ?? ""}`)
    throw error
  }
  process.stdout.write(`Signed in as ${email} at ${baseUrl}\n`)
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
        if (character === "\u0003") throw new CommandError("Interrupted")
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
