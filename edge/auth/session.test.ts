import { decodeJwt } from "jose"
import { describe, expect, test } from "vitest"
import { config, expectProblem, newUser, rows, send, type TestUser } from "../testing/test-api.ts"
import type { AccessTokenResponse } from "./token-schema.ts"

const https = "https://photos.example.com"
const sameOrigin = { "sec-fetch-site": "same-origin" }

const basic = ({ email, password }: TestUser) => ({ authorization: `Basic ${btoa(`${email}:${password}`)}` })
const open = (user: TestUser, headers: Record<string, string> = sameOrigin, base = "") =>
  send("POST", `${base}/auth/session`, { headers: { ...basic(user), ...headers } })
const refresh = (cookie: string | null, headers: Record<string, string> = sameOrigin, base = "") =>
  send("POST", `${base}/auth/session/refresh`, {
    headers: { ...headers, ...(cookie !== null && { cookie }) },
  })
const close = (cookie: string | null, headers: Record<string, string> = sameOrigin) =>
  send("DELETE", "/auth/session", { headers: { ...headers, ...(cookie !== null && { cookie }) } })

/** The name and value of the cookie that a response sets, as a browser sends them. */
const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]?.split(";")[0] ?? ""

/** As if the family had been rotated long ago. */
const afterLeeway = (user: TestUser) =>
  rows(
    "update refresh_families set rotated_at = now() - interval '11 seconds' where user_id = $1",
    user.userId,
  )

describe("opening a session", () => {
  test("returns an access token only, and sets the refresh token as a cookie that scripts cannot read", async () => {
    const user = await newUser()
    const response = await open(user)
    expect(response.status).toBe(200)
    expect(response.headers.get("cache-control")).toBe("no-store")
    const body = await response.json<AccessTokenResponse>()
    expect(Object.keys(body).sort()).toEqual(["access_token", "expires_in", "scope", "token_type"])
    expect((await send("GET", "/queries/account", { token: body.access_token })).status).toBe(200)
    const [cookie = "", ...others] = response.headers.getSetCookie()
    expect(others).toEqual([])
    const [pair = "", ...attributes] = cookie.split("; ")
    expect(decodeJwt(pair.slice("refresh-token=".length))).toMatchObject({ sub: user.userId, gen: 0 })
    expect(attributes.sort()).toEqual([
      "HttpOnly",
      `Max-Age=${config.jwt.refreshTokenTtlSeconds}`,
      "Path=/auth/session",
      "SameSite=Strict",
    ])
  })

  test("sets a Secure cookie with the prefix __Secure- everywhere but on the loopback interface", async () => {
    const user = await newUser()
    for (const base of [https, "http://photos.example.com"]) {
      const cookie = (await open(user, sameOrigin, base)).headers.getSetCookie()[0] ?? ""
      expect(cookie).toMatch(/^__Secure-refresh-token=/)
      expect(cookie).toContain("; Secure")
    }
    for (const base of ["http://127.0.0.1:8787", "http://localhost:8787", "http://[::1]:8787"])
      expect((await open(user, sameOrigin, base)).headers.getSetCookie()[0]).not.toContain("Secure")
  })

  test("with a wrong password or without one is a problem and sets no cookie", async () => {
    const user = await newUser()
    for (const response of [
      await open({ ...user, password: "wrong password" }),
      await send("POST", "/auth/session", { headers: sameOrigin }),
    ]) {
      expect(response.headers.getSetCookie()).toEqual([])
      await expectProblem(response, 401, "bad-credentials")
    }
  })
})

describe("refreshing a session", () => {
  test("returns a new access token and replaces the cookie, which keeps its expiry", async () => {
    const user = await newUser()
    const first = cookieOf(await open(user))
    const response = await refresh(first)
    expect(response.status).toBe(200)
    const { access_token } = await response.json<AccessTokenResponse>()
    expect((await send("GET", "/queries/account", { token: access_token })).status).toBe(200)
    const [before, after] = [first, cookieOf(response)].map((cookie) => decodeJwt(cookie.split("=")[1] ?? ""))
    expect(after).toMatchObject({ gen: 1, fam: before?.fam, exp: before?.exp })
  })

  test("works over HTTPS with the cookie of HTTPS, and not with the one of plain HTTP", async () => {
    const cookie = cookieOf(await open(await newUser(), sameOrigin, https))
    const plain = cookie.replace("__Secure-", "")
    await expectProblem(await refresh(plain, sameOrigin, https), 401, "bad-refresh-token")
    expect((await refresh(cookie, sameOrigin, https)).status).toBe(200)
  })

  test("by several tabs at once, or again after a lost response, gives every one the latest token", async () => {
    const user = await newUser()
    for (let cookie = cookieOf(await open(user)), round = 1; round <= 2; round += 1) {
      const responses = await Promise.all([refresh(cookie), refresh(cookie), refresh(cookie)])
      responses.push(await refresh(cookie))
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      const generations = responses.map((each) => decodeJwt(cookieOf(each).split("=")[1] ?? "").gen)
      expect(generations).toEqual([round, round, round, round])
      cookie = cookieOf(responses[0] ?? new Response())
    }
  })

  test("with a token that was used before the leeway revokes the sign-in and deletes the cookie", async () => {
    const user = await newUser()
    const first = cookieOf(await open(user))
    const second = cookieOf(await refresh(first))
    await afterLeeway(user)
    const reused = await refresh(first)
    expect(reused.headers.getSetCookie()[0]).toMatch(/^refresh-token=; Max-Age=0; Path=\/auth\/session/)
    await expectProblem(reused, 401, "bad-refresh-token")
    await expectProblem(await refresh(second), 401, "bad-refresh-token")
  })

  test("with a token two generations old revokes the sign-in, also within the leeway", async () => {
    const first = cookieOf(await open(await newUser()))
    const third = cookieOf(await refresh(cookieOf(await refresh(first))))
    await expectProblem(await refresh(first), 401, "bad-refresh-token")
    await expectProblem(await refresh(third), 401, "bad-refresh-token")
  })

  test("without a cookie, with a forged one or with one of a disabled user is a problem", async () => {
    const user = await newUser()
    const cookie = cookieOf(await open(user))
    await rows("update users set status = 'DISABLED' where user_id = $1", user.userId)
    for (const each of [null, "refresh-token=x.y.z", `refresh-token=${user.token}`, cookie])
      await expectProblem(await refresh(each), 401, "bad-refresh-token")
  })
})

describe("closing a session", () => {
  test("revokes the sign-in and deletes the cookie, and is idempotent", async () => {
    const cookie = cookieOf(await open(await newUser()))
    const next = cookieOf(await refresh(cookie))
    for (const each of [next, next, null, "refresh-token=x.y.z"]) {
      const response = await close(each)
      expect(response.status).toBe(204)
      expect(response.headers.getSetCookie()[0]).toMatch(/^refresh-token=; Max-Age=0; Path=\/auth\/session/)
    }
    for (const each of [cookie, next]) await expectProblem(await refresh(each), 401, "bad-refresh-token")
  })
})

describe("a request of another origin", () => {
  test.each<[string, Record<string, string>]>([
    ["a cross-site page", { "sec-fetch-site": "cross-site" }],
    ["another host of the same site", { "sec-fetch-site": "same-site" }],
    ["a navigation", { "sec-fetch-site": "none" }],
    [
      "a cross-site page that claims this origin",
      { "sec-fetch-site": "cross-site", origin: "http://localhost" },
    ],
    ["another origin, from a browser without Sec-Fetch-Site", { origin: "https://attacker.example" }],
    ["another port", { origin: "http://localhost:8080" }],
    ["an opaque origin", { origin: "null" }],
    ["no origin at all", {}],
  ])("%s is rejected by every session route and changes nothing", async (_, headers) => {
    const user = await newUser()
    const cookie = cookieOf(await open(user))
    for (const response of [
      await open(user, headers),
      await refresh(cookie, headers),
      await close(cookie, headers),
    ]) {
      expect(response.headers.getSetCookie()).toEqual([])
      await expectProblem(response, 403, "cross-origin-request")
    }
    expect((await refresh(cookie)).status).toBe(200)
  })

  test("from a browser without Sec-Fetch-Site is accepted if its Origin is this one", async () => {
    const cookie = cookieOf(await open(await newUser(), { origin: "http://localhost" }))
    expect((await refresh(cookie, { origin: "http://localhost" })).status).toBe(200)
  })

  test("gets no CORS headers that allow cookies, even if its origin is configured", async () => {
    const origin = "https://app.example.com"
    const response = await send("POST", "/auth/session/refresh", {
      headers: { origin, "sec-fetch-site": "cross-site" },
      variables: { CORS_ORIGINS: origin },
    })
    expect(response.headers.get("access-control-allow-credentials")).toBeNull()
    await expectProblem(response, 403, "cross-origin-request")
  })
})

test("the cookie authenticates no other route", async () => {
  const cookie = cookieOf(await open(await newUser()))
  const response = await send("GET", "/queries/photos", { headers: { cookie, ...sameOrigin } })
  await expectProblem(response, 401, "unauthenticated")
})
