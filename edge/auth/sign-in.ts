import type { Database } from "../../db/statement.ts"
import type { UserId } from "../../domain/ids.ts"
import { err, ok, type Result } from "../../domain/result.ts"
import type { BasicCredentials } from "./basic-credentials.ts"
import { selectCredentials } from "./credentials-sql.ts"
import { isPassword } from "./password.ts"

export type SignInFailure = { reason: "credentials_wrong" }

/** Returns the user with these credentials. Takes equally long for an unknown email address. */
export const signIn = async (
  database: Database,
  { email, password }: BasicCredentials,
): Promise<Result<UserId, SignInFailure>> => {
  const account = await database.run(selectCredentials, { email })
  const isRight = await isPassword(password, account?.passwordHash ?? null)
  return account && isRight ? ok(account.userId) : err({ reason: "credentials_wrong" })
}
