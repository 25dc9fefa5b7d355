import type { Context } from "hono"
import type { UserId } from "../../domain/ids.ts"
import { err, ok, type Result } from "../../domain/result.ts"
import type { EdgeEnv } from "../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../http/failure.ts"
import { type BasicCredentialsFailure, parseBasicCredentials } from "./basic-credentials.ts"
import { type SignInFailure, signIn } from "./sign-in.ts"
import { attemptSignIn } from "./sign-in-attempts.ts"

const headers = { "www-authenticate": 'Basic realm="rapid-photo-upload", charset="UTF-8"' }

const failures: FailureProblems<BasicCredentialsFailure | SignInFailure> = {
  credentials_missing: [
    "bad-credentials",
    { detail: "Send `authorization: Basic base64(email:password)`.", headers },
  ],
  credentials_wrong: ["bad-credentials", { detail: "Check the email address and the password.", headers }],
}

/** The problems of `authenticate`, for `describeOperation`. */
export const authenticationProblems = problemTypesOf(failures)

/** Returns the user whose email and password the request has as Basic credentials, or the response that rejects it. */
export const authenticate = async (c: Context<EdgeEnv>): Promise<Result<UserId, Response>> => {
  const credentials = parseBasicCredentials(c.req.header("authorization"))
  if (!credentials.ok) return err(respondFailure(c, failures, credentials.error))

  const { rejection, succeeded } = await attemptSignIn(c, credentials.value.email)
  if (rejection) return err(rejection)
  const signedIn = await signIn(c.var.database, credentials.value)
  if (!signedIn.ok) return err(respondFailure(c, failures, signedIn.error))

  succeeded()
  c.var.logFacts.userId = signedIn.value
  return ok(signedIn.value)
}
