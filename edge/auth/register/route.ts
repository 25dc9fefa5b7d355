import { Hono } from "hono"
import type { EdgeEnv } from "../../platform/context.ts"
import { describe } from "../../platform/describe.ts"
import { newId } from "../../platform/new-id.ts"
import { problem } from "../../platform/problem.ts"
import { validJson } from "../../platform/validation.ts"
import { hashPassword } from "../password.ts"
import { attemptRegistration } from "../sign-in-attempts.ts"
import { type RegisterResponse, registerRequest, registerResponse } from "./schema.ts"
import { insertUser } from "./sql.ts"

export const register = new Hono<EdgeEnv>().post(
  "/auth/register",
  describe("register", {
    tag: "accounts",
    summary: "Opens an account",
    answers: { 201: { description: "The account. Sign in to get a token.", schema: registerResponse } },
    isRateLimited: true,
    problems: ["email-taken", "database-unavailable"],
  }),
  validJson(registerRequest),
  async (c) => {
    const refusal = await attemptRegistration(c)
    if (refusal) return refusal
    const { email, password } = c.req.valid("json")
    const userId = newId.user()
    const { isNew } = await c.var.database.run(insertUser, {
      userId,
      email,
      passwordHash: await hashPassword(password),
    })
    if (!isNew)
      return problem(c, "email-taken", { detail: "Sign in with POST /auth/token, or use another address." })

    c.var.logFacts.userId = userId
    return c.json({ userId, email } satisfies RegisterResponse, 201)
  },
)
