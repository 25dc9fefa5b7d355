import { decodeJwt, decodeProtectedHeader } from "jose"
import { describe, expect, test } from "vitest"
import { config, expectProblem, forgeToken, newUser, rows, send } from "../../testing/test-api.ts"
import type { TokenResponse } from "../token-schema.ts"

describe("a refresh token", () => {
  const refresh = (token: string) => send("POST", "/auth/refresh", { body: { refresh_token: token } })
  const logout = (token: string) => send("POST", "/auth/logout", { body: { refresh_token: token } })
  const refreshed = async (token: string) => {
    const response = await refresh(token)
    expect(response.status).toBe(200)
    return response.json<TokenResponse>()
  }

  test("returns new tokens, and the new access token is valid", async () => {
    const { refreshToken, userId } = await newUser()
    const response = await refresh(refreshToken)
    expect(response.headers.get("cache-control")).toBe("no-store")
    const next = await response.json<TokenResponse>()
    expect(next.refresh_token).not.toBe(refreshToken)
    expect((await send("GET", "/queries/upload-jobs", { token: next.access_token })).status).toBe(200)
    expect(await rows("select generation from refresh_families where user_id = $1", userId)).toEqual([
      { generation: 1 },
    ])
  })

  test("that is used again revokes all tokens of its sign-in, the latest included", async () => {
    const { refreshToken } = await newUser()
    const second = await refreshed(refreshToken)
    const third = await refreshed(second.refresh_token)
    await expectProblem(await refresh(refreshToken), 401, "bad-refresh-token")
    await expectProblem(await refresh(third.refresh_token), 401, "bad-refresh-token")
  })

  test.each([
    ["the first token of a sign-in", 0],
    ["a later token", 2],
  ])(
    "%s, used three times concurrently, is refreshed once and its family is revoked",
    async (_, rotations) => {
      let token = (await newUser()).refreshToken
      for (let call = 0; call < rotations; call += 1) token = (await refreshed(token)).refresh_token
      const responses = await Promise.all([refresh(token), refresh(token), refresh(token)])
      const succeeded = responses.filter(({ status }) => status === 200)
      expect(succeeded).toHaveLength(1)
      const next = await succeeded[0]?.json<TokenResponse>()
      await expectProblem(await refresh(next?.refresh_token ?? ""), 401, "bad-refresh-token")
    },
  )

  test("needs no row at sign-in and one row for all rotations", async () => {
    const { refreshToken, userId } = await newUser()
    const generations = () => rows("select generation from refresh_families where user_id = $1", userId)
    expect(await generations()).toEqual([])
    const second = await refreshed(refreshToken)
    await refreshed(second.refresh_token)
    expect(await generations()).toEqual([{ generation: 2 }])
  })

  test("keeps its expiry: rotation does not extend it", async () => {
    const { refreshToken, userId } = await newUser()
    const first = decodeJwt(refreshToken)
    expect(decodeProtectedHeader(refreshToken)).toMatchObject({ typ: "rt+jwt" })
    expect(first).toMatchObject({
      iss: config.jwt.issuer,
      aud: config.jwt.issuer,
      sub: userId,
      fam: expect.stringMatching(/^fam_[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
      gen: 0,
    })
    expect((first.exp ?? 0) - (first.iat ?? 0)).toBe(config.jwt.refreshTokenTtlSeconds)
    const next = decodeJwt((await refreshed(refreshToken)).refresh_token)
    expect(next).toMatchObject({ fam: first.fam, gen: 1, exp: first.exp })
  })

  test("that has expired is rejected, but accepted for logout", async () => {
    const { userId } = await newUser()
    const hourAgo = Math.floor(Date.now() / 1000) - 3600
    const expired = await forgeToken(
      { aud: config.jwt.issuer, sub: userId, fam: "fam_expired", gen: 0, iat: hourAgo - 60, exp: hourAgo },
      { typ: "rt+jwt" },
    )
    await expectProblem(await refresh(expired), 401, "bad-refresh-token")
    expect((await logout(expired)).status).toBe(204)
  })

  test("remains valid when another sign-in of the same user is revoked", async () => {
    const user = await newUser()
    const again = await send("POST", "/auth/token", {
      headers: {
        authorization: `Basic ${btoa(`${user.email}:${user.password}`)}`,
      },
    })
    const other = await again.json<TokenResponse>()
    expect((await logout(user.refreshToken)).status).toBe(204)
    await expectProblem(await refresh(user.refreshToken), 401, "bad-refresh-token")
    await refreshed(other.refresh_token)
  })

  test("is invalid after logout, even if it was rotated, and logout is idempotent", async () => {
    const { refreshToken } = await newUser()
    const next = await refreshed(refreshToken)
    for (let call = 0; call < 2; call += 1) expect((await logout(refreshToken)).status).toBe(204)
    await expectProblem(await refresh(next.refresh_token), 401, "bad-refresh-token")
  })

  test("of a disabled user is rejected", async () => {
    const { refreshToken, userId } = await newUser()
    await rows("update users set status = 'DISABLED' where user_id = $1", userId)
    await expectProblem(await refresh(refreshToken), 401, "bad-refresh-token")
  })

  test("that is an access token, malformed or has a wrong signature is rejected", async () => {
    const { token, refreshToken } = await newUser()
    for (const invalid of [token, "x.y.z", `${refreshToken.slice(0, -8)}AAAAAAAA`])
      for (const response of [await refresh(invalid), await logout(invalid)]) {
        const problem = await expectProblem(response, 401, "bad-refresh-token")
        expect(JSON.stringify(problem)).not.toContain(invalid)
      }
    await expectProblem(await send("POST", "/auth/refresh", { body: {} }), 422, "validation-failed")
  })
})
