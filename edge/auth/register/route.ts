import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validJson } from "../../http/validation.ts"
import { newId } from "../../new-id.ts"
import { hashPassword } from "../password.ts"
import { attemptRegistration } from "../sign-in-attempts.ts"
import { type RegisterResponse, registerRequest, registerResponse } from "./schema.ts"
import { insertUser, type RegisterFailure } from "./sql.ts"

const failures: FailureProblems<RegisterFailure> = {
  email_taken: ["email-taken", { detail: "Sign in with POST /auth/token, or use another address." }],
}

export const register = new Hono<EdgeEnv>().post(
  "/auth/register",
  describeOperation("register", {
    tag: "accounts",
    summary: "Create an account",
    responses: { 201: { description: "The account. Sign in to get a token.", schema: registerResponse } },
    isRateLimited: true,
    problems: [...problemTypesOf(failures), "database-unavailable"],
  }),
  validJson(registerRequest),
  async (c) => {
    const rejection = await attemptRegistration(c)
    if (rejection) return rejection
    const { email, password } = c.req.valid("json")
    const userId = newId.user()
    const added = await c.var.database.run(insertUser, {
      userId,
      email,
      passwordHash: await hashPassword(password),
    })
    if (!added.ok) return respondFailure(c, failures, added.error)

    c.var.logFacts.userId = userId
    return c.json({ userId, email } satisfies RegisterResponse, 201)
  },
)
