import { createLocalJWKSet, jwtVerify } from "jose"
import { beforeAll, describe, expect, test } from "vitest"
import { config, expectProblem, newUser, rows, send, type TestUser } from "../test-api.ts"

const basic = (email: string, password: string) => ({
  authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${email}:${password}`)))}`,
})

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

describe("registering", () => {
  test("makes an account whose password is stored as a salted scrypt hash only", async () => {
    const stored = await rows(
      "select email, password_hash, status from users where user_id = $1",
      user.userId,
    )
    expect(stored).toEqual([
      {
        email: user.email,
        password_hash: expect.stringMatching(/^\$scrypt\$ln=14,r=8,p=5\$/),
        status: "ACTIVE",
      },
    ])
  })

  test("an address is one account, however it is capitalised", async () => {
    const again = { email: user.email.toUpperCase(), password: "another password" }
    await expectProblem(await send("POST", "/auth/register", { body: again }), 409, "email-taken")
  })

  test.each([
    ["no address", { email: "nobody", password: "long enough" }, "#/email"],
    ["a short password", { email: "a@example.com", password: "short" }, "#/password"],
    ["a missing password", { email: "a@example.com" }, "#/password"],
  ])("%s is refused with a pointer to it", async (_, body, pointer) => {
    const problem = await expectProblem(
      await send("POST", "/auth/register", { body }),
      422,
      "validation-failed",
    )
    expect(problem.errors).toMatchObject([{ pointer }])
  })
})

describe("getting a token", () => {
  test("Basic credentials give an access token that the published keys verify", async () => {
    const response = await send("POST", "/auth/token", { headers: basic(user.email, user.password) })
    expect(response.status).toBe(200)
    expect(response.headers.get("cache-control")).toBe("no-store")
    const token = await response.json<{ access_token: string }>()
    expect(token).toMatchObject({ token_type: "Bearer", expires_in: 900, scope: "photos:read photos:write" })

    const jwks = await (await send("GET", "/.well-known/jwks.json")).json<
      Parameters<typeof createLocalJWKSet>[0]
    >()
    const { payload, protectedHeader } = await jwtVerify(token.access_token, createLocalJWKSet(jwks), {
      issuer: config.jwt.issuer,
      audience: config.jwt.audience,
    })
    expect(protectedHeader).toMatchObject({ alg: "RS256", typ: "at+jwt" })
    expect(payload).toMatchObject({ sub: user.userId, scope: "photos:read photos:write" })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900)
  })

  test("the published keys hold nothing private", async () => {
    const { keys } = await (await send("GET", "/.well-known/jwks.json")).json<{ keys: object[] }>()
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"])
  })

  test.each([
    ["a wrong password", () => basic(user.email, "wrong password")],
    ["an unknown address", () => basic("nobody@example.com", user.password)],
    ["no credentials", () => ({})],
    ["credentials that are not base64", () => ({ authorization: "Basic %%%" })],
    ["credentials without a colon", () => ({ authorization: `Basic ${btoa("nobody")}` })],
    ["a NUL in the address", () => basic("a\0b@example.com", "x")],
  ])("%s is 401, and says no more than that", async (_, headers) => {
    const response = await send("POST", "/auth/token", { headers: headers() })
    expect(response.headers.get("www-authenticate")).toMatch(/^Basic realm=/)
    await expectProblem(response, 401, "bad-credentials")
  })

  test("a password with colons and umlauts works", async () => {
    const account = { email: `${crypto.randomUUID()}@example.com`, password: "pass:wörd:✓✓" }
    await send("POST", "/auth/register", { body: account })
    const response = await send("POST", "/auth/token", { headers: basic(account.email, account.password) })
    expect(response.status).toBe(200)
  })
})
