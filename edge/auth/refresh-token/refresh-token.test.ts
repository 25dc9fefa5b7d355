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

  test("gives new tokens, and the new access token works", async () => {
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

  test("used again revokes all that descend from its sign-in, the newest too", async () => {
    const { refreshToken } = await newUser()
    const second = await refreshed(refreshToken)
    const third = await refreshed(second.refresh_token)
    await expectProblem(await refresh(refreshToken), 401, "bad-refresh-token")
    await expectProblem(await refresh(third.refresh_token), 401, "bad-refresh-token")
  })

  test.each([
    ["the first of its sign-in", 0],
    ["a later one", 2],
  ])("%s, used thrice at once, gives new tokens once, and its family is revoked", async (_, rotations) => {
    let token = (await newUser()).refreshToken
    for (let time = 0; time < rotations; time += 1) token = (await refreshed(token)).refresh_token
    const answers = await Promise.all([refresh(token), refresh(token), refresh(token)])
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const next = await won[0]?.json<TokenResponse>()
    await expectProblem(await refresh(next?.refresh_token ?? ""), 401, "bad-refresh-token")
  })

  test("costs no row at sign-in, and one for all of its rotations", async () => {
    const { refreshToken, userId } = await newUser()
    const generations = () => rows("select generation from refresh_families where user_id = $1", userId)
    expect(await generations()).toEqual([])
    const second = await refreshed(refreshToken)
    await refreshed(second.refresh_token)
    expect(await generations()).toEqual([{ generation: 2 }])
  })

  test("ends when its sign-in said: rotation does not prolong it", async () => {
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

  test("that has expired gives nothing, and logging out with it is fine", async () => {
    const { userId } = await newUser()
    const hourAgo = Math.floor(Date.now() / 1000) - 3600
    const expired = await forgeToken(
      { aud: config.jwt.issuer, sub: userId, fam: "fam_expired", gen: 0, iat: hourAgo - 60, exp: hourAgo },
      { typ: "rt+jwt" },
    )
    await expectProblem(await refresh(expired), 401, "bad-refresh-token")
    expect((await logout(expired)).status).toBe(204)
  })

  test("of one sign-in lives on when another sign-in of the same user is revoked", async () => {
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

  test("is no good after logout, also when it was rotated meanwhile, and logging out again is fine", async () => {
    const { refreshToken } = await newUser()
    const next = await refreshed(refreshToken)
    for (let time = 0; time < 2; time += 1) expect((await logout(refreshToken)).status).toBe(204)
    await expectProblem(await refresh(next.refresh_token), 401, "bad-refresh-token")
  })

  test("of a disabled user gives nothing", async () => {
    const { refreshToken, userId } = await newUser()
    await rows("update users set status = 'DISABLED' where user_id = $1", userId)
    await expectProblem(await refresh(refreshToken), 401, "bad-refresh-token")
  })

  test("can't be an access token, garbage, or signed by a stranger", async () => {
    const { token, refreshToken } = await newUser()
    for (const wrong of [token, "x.y.z", `${refreshToken.slice(0, -8)}AAAAAAAA`])
      for (const answer of [await refresh(wrong), await logout(wrong)]) {
        const problem = await expectProblem(answer, 401, "bad-refresh-token")
        expect(JSON.stringify(problem)).not.toContain(wrong)
      }
    await expectProblem(await send("POST", "/auth/refresh", { body: {} }), 422, "validation-failed")
  })
})
