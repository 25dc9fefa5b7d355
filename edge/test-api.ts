import { env } from "cloudflare:workers"
import { importJWK, SignJWT } from "jose"
import postgres from "postgres"
import { expect } from "vitest"
import { app } from "./app.ts"
import { configOf } from "./platform/config.ts"
import { newId } from "./platform/new-id.ts"

/** The tests' configuration of the Worker, as vitest.config.ts binds it. */
export const config = configOf(env)

/** A registered user with an access token. */
export type TestUser = { userId: string; email: string; password: string; token: string }

/** Sends a request to the app inside workerd. */
export const send = (
  method: string,
  path: string,
  init: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
) =>
  Promise.resolve(
    app.request(
      path,
      {
        method,
        headers: {
          ...(init.token !== undefined && { authorization: `Bearer ${init.token}` }),
          ...(init.body !== undefined && { "content-type": "application/json" }),
          ...init.headers,
        },
        ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
      },
      env,
    ),
  )

/** Registers somebody new and signs them in. */
export const newUser = async (): Promise<TestUser> => {
  const email = `${crypto.randomUUID()}@example.com`
  const password = "correct horse battery staple"
  const registered = await send("POST", "/auth/register", { body: { email, password } })
  const { userId } = await registered.json<{ userId: string }>()
  const answer = await send("POST", "/auth/token", {
    headers: { authorization: `Basic ${btoa(`${email}:${password}`)}` },
  })
  const { access_token: token } = await answer.json<{ access_token: string }>()
  return { userId, email, password, token }
}

/** A token as ours, but for the claims and header members given. */
export const forgeToken = async (
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key = config.jwt.signingKey,
): Promise<string> => {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: config.jwt.issuer,
    aud: config.jwt.audience,
    sub: newId.user(),
    scope: "photos:read photos:write",
    iat: now,
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: key.kid, ...header })
    .sign(await importJWK(key, "RS256"))
}

/** Rows as they lie in the database; `$1` is the only parameter. */
export const rows = async (query: string, parameter: string): Promise<Record<string, unknown>[]> => {
  const client = postgres(config.databaseUrl, { max: 1, fetch_types: false })
  return [...(await client.unsafe(query, [parameter]))]
}

/** Holds an answer against what every problem document promises. */
export const expectProblem = async (response: Response, status: number, slug: string) => {
  const problem = await response.json<Record<string, unknown>>()
  expect(problem).toMatchObject({ type: `urn:rapid-photo-upload:problem:${slug}`, status })
  expect(problem.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(problem.title).toEqual(expect.any(String))
  expect(response.status).toBe(status)
  expect(response.headers.get("content-type")).toBe("application/problem+json")
  return problem
}
