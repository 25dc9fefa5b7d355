import { createLocalJWKSet, jwtVerify } from "jose"
import { beforeAll, describe, expect, test } from "vitest"
import {
  config,
  expectProblem,
  newUser,
  rows,
  send,
  type TestUser,
  variablesOf,
} from "../testing/test-api.ts"

const basic = (email: string, password: string) => ({
  authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${email}:${password}`)))}`,
})

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

describe("registering", () => {
  test("creates an account and stores the password only as a salted scrypt hash", async () => {
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

  test("an email address has one account, regardless of upper and lower case", async () => {
    const again = { email: user.email.toUpperCase(), password: "another password" }
    await expectProblem(await send("POST", "/auth/register", { body: again }), 409, "email-taken")
  })

  test.each([
    ["an invalid address", { email: "nobody", password: "long enough" }, "#/email"],
    ["a short password", { email: "a@example.com", password: "short" }, "#/password"],
    ["a missing password", { email: "a@example.com" }, "#/password"],
  ])("%s is rejected with a pointer to the field", async (_, body, pointer) => {
    const problem = await expectProblem(
      await send("POST", "/auth/register", { body }),
      422,
      "validation-failed",
    )
    expect(problem.errors).toMatchObject([{ pointer }])
  })
})

describe("sign-in attempts", () => {
  /** An environment whose sign-in limiter calls `attempt`. */
  const limitersCalling = (attempt: () => Promise<unknown>) => ({
    ...variablesOf({}),
    SIGN_IN_LIMITER: { idFromName: (name: string) => name, get: () => ({ attempt, succeeded: attempt }) },
  })

  test("registrations from one address are limited too", async () => {
    const headers = { "cf-connecting-ip": crypto.randomUUID() }
    const variables = { SIGN_IN_ATTEMPTS_PER_ADDRESS: "2" }
    const open = () => {
      const body = { email: `${crypto.randomUUID()}@example.com`, password: "long enough" }
      return send("POST", "/auth/register", { body, headers, variables })
    }
    expect((await open()).status).toBe(201)
    expect((await open()).status).toBe(201)
    const rejected = await open()
    expect(Number(rejected.headers.get("retry-after"))).toBeGreaterThan(0)
    await expectProblem(rejected, 429, "rate-limited")
  })

  test("are allowed, and the password is checked, when the limiter fails", async () => {
    const env = limitersCalling(() => Promise.reject(new Error("overloaded")))
    const { email, password } = await newUser()
    const attempt = (word: string) => send("POST", "/auth/token", { headers: basic(email, word), env })
    expect((await attempt(password)).status).toBe(200)
    await expectProblem(await attempt("wrong password"), 401, "bad-credentials")
  })

  test("are counted for the caller's /64, for the account by a hash of its lower-case e-mail address, and for both together", async () => {
    const names: string[] = []
    const env = limitersCalling(async () => ({
      isAllowed: true,
      remaining: 1,
      resetSeconds: 1,
      isKnown: false,
    }))
    env.SIGN_IN_LIMITER.idFromName = (name) => {
      names.push(name)
      return name
    }
    for (const email of ["Some.One@example.com", "some.one@EXAMPLE.com"])
      await send("POST", "/auth/token", {
        headers: { ...basic(email, "x"), "cf-connecting-ip": "2001:db8:1:2::1" },
        env,
      })
    const account = names[2] ?? ""
    expect(account).toMatch(/^account:[0-9a-f]{64}$/)
    const once = ["address:2001:db8:1:2::/64", `${account}:2001:db8:1:2::/64`, account]
    expect(names).toEqual([...once, ...once])
  })
})

describe("getting a token", () => {
  test("Basic credentials return an access token that can be verified with the published keys", async () => {
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

  test("the published keys contain no private members", async () => {
    const { keys } = await (await send("GET", "/.well-known/jwks.json")).json<{ keys: object[] }>()
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"])
  })

  test.each([
    ["a wrong password", () => basic(user.email, "wrong password")],
    ["an unknown email", () => basic("nobody@example.com", user.password)],
    ["no credentials", () => ({})],
    ["credentials that are not base64", () => ({ authorization: "Basic %%%" })],
    ["credentials without a colon", () => ({ authorization: `Basic ${btoa("nobody")}` })],
    ["a NUL in the email", () => basic("a\0b@example.com", "x")],
  ])("%s is 401 with the same problem", async (_, headers) => {
    const response = await send("POST", "/auth/token", { headers: headers() })
    expect(response.headers.get("www-authenticate")).toMatch(/^Basic realm=/)
    await expectProblem(response, 401, "bad-credentials")
  })

  test("an external user has no password and cannot sign in with one", async () => {
    const external = await newUser()
    await rows(
      `update users set email = null, password_hash = null, oidc_issuer = 'https://login.example.com',
         oidc_subject = user_id
       where user_id = $1`,
      external.userId,
    )
    for (const email of [external.email, external.userId, "null", ""])
      for (const password of [external.password, ""])
        await expectProblem(
          await send("POST", "/auth/token", { headers: basic(email, password) }),
          401,
          "bad-credentials",
        )
  })

  test("a disabled user is rejected like a wrong password", async () => {
    const disabled = await newUser()
    await rows("update users set status = 'DISABLED' where user_id = $1", disabled.userId)
    const response = await send("POST", "/auth/token", { headers: basic(disabled.email, disabled.password) })
    await expectProblem(response, 401, "bad-credentials")
  })

  const attemptAt = (address: string, email: string, password: string, variables: Record<string, string>) =>
    send("POST", "/auth/token", {
      headers: { ...basic(email, password), "cf-connecting-ip": address },
      variables,
    })

  test.each([
    ["an account", () => user.email],
    ["an unknown e-mail address", () => `${crypto.randomUUID()}@example.com`],
  ])(
    "after too many wrong passwords for %s from one address, even the right password is 429",
    async (_, emailOf) => {
      const email = emailOf()
      const address = crypto.randomUUID()
      const variables = { SIGN_IN_ATTEMPTS_PER_ACCOUNT_AND_ADDRESS: "3" }
      const statuses: number[] = []
      for (let time = 0; time < 4; time += 1)
        statuses.push((await attemptAt(address, email, "wrong", variables)).status)
      expect(statuses).toEqual([401, 401, 401, 429])
      const limited = await attemptAt(address, email, user.password, variables)
      expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0)
      await expectProblem(limited, 429, "rate-limited")
    },
  )

  test("wrong passwords from other addresses do not lock out the owner", async () => {
    const owner = await newUser()
    for (let time = 0; time < 12; time += 1) await attemptAt("198.51.100.1", owner.email, "wrong", {})
    expect((await attemptAt("198.51.100.1", owner.email, owner.password, {})).status).toBe(429)
    expect((await attemptAt(crypto.randomUUID(), owner.email, owner.password, {})).status).toBe(200)
  })

  test("an attacker with many addresses is limited; the owner can sign in from a known address", async () => {
    const owner = await newUser()
    const knownAddress = crypto.randomUUID()
    const variables = { SIGN_IN_ATTEMPTS_PER_ACCOUNT: "3" }
    expect((await attemptAt(knownAddress, owner.email, owner.password, variables)).status).toBe(200)
    const statuses: number[] = []
    for (let time = 0; time < 5; time += 1)
      statuses.push((await attemptAt(crypto.randomUUID(), owner.email, "wrong", variables)).status)
    expect(statuses.at(-1)).toBe(429)
    expect((await attemptAt(knownAddress, owner.email, owner.password, variables)).status).toBe(200)
  })

  test("addresses in one IPv6 /64 are counted together, an address in the next /64 separately", async () => {
    const email = `${crypto.randomUUID()}@example.com`
    const network = crypto.randomUUID().slice(0, 4)
    const variables = { SIGN_IN_ATTEMPTS_PER_ACCOUNT_AND_ADDRESS: "3" }
    const statuses: number[] = []
    for (const host of [":1", "2:3:4:5", "ffff:0:0:0", ":9"])
      statuses.push((await attemptAt(`2001:db8:${network}:1:${host}`, email, "x", variables)).status)
    expect(statuses).toEqual([401, 401, 401, 429])
    expect((await attemptAt(`2001:db8:${network}:2::1`, email, "x", variables)).status).toBe(401)
  })

  test("attempts from one address are limited across accounts, and successful ones do not count", async () => {
    const address = crypto.randomUUID()
    const variables = { SIGN_IN_ATTEMPTS_PER_ADDRESS: "3" }
    const attempt = (credentials: Record<string, string>) =>
      send("POST", "/auth/token", { headers: { ...credentials, "cf-connecting-ip": address }, variables })
    const other = await newUser()
    for (let attemptNumber = 0; attemptNumber < 5; attemptNumber += 1)
      expect((await attempt(basic(other.email, other.password))).status).toBe(200)
    const statuses: number[] = []
    for (let attemptNumber = 0; attemptNumber < 4; attemptNumber += 1)
      statuses.push((await attempt(basic(`${crypto.randomUUID()}@example.com`, "x"))).status)
    expect(statuses.at(-1)).toBe(429)
  })

  test("a password with colons and umlauts works", async () => {
    const account = { email: `${crypto.randomUUID()}@example.com`, password: "pass:wörd:✓✓" }
    await send("POST", "/auth/register", { body: account })
    const response = await send("POST", "/auth/token", { headers: basic(account.email, account.password) })
    expect(response.status).toBe(200)
  })
})
