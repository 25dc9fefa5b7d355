import { SignJWT } from "jose"
import { describe, expect, test } from "vitest"
import { config, expectProblem, forgeToken, newUser, send } from "../test-api.ts"
import { publicJwkOf } from "./access-token.ts"

const path = "/queries/upload-jobs/job_01J00000000000000000000000"
const hourAgo = Math.floor(Date.now() / 1000) - 3600

const unsigned = (claims: object) => {
  const encode = (part: object) => btoa(JSON.stringify(part)).replace(/=+$/, "")
  return `${encode({ alg: "none", typ: "at+jwt" })}.${encode(claims)}.`
}

const signedWithPublicKey = () =>
  new SignJWT({ iss: config.jwt.issuer, aud: config.jwt.audience, scope: "photos:read" })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
    .sign(new TextEncoder().encode(JSON.stringify(publicJwkOf(config.jwt))))

describe("a bearer token", () => {
  test("that is ours, valid and in scope lets the request through", async () => {
    const { token } = await newUser()
    await expectProblem(await send("GET", path, { token }), 404, "not-found")
  })

  test.each([
    ["is garbage", async () => "not.a.token"],
    ["has expired", () => forgeToken({ iat: hourAgo - 900, exp: hourAgo })],
    ["is not valid yet", () => forgeToken({ nbf: hourAgo + 7200 })],
    ["is of another issuer", () => forgeToken({ iss: "https://elsewhere.test" })],
    ["is for another audience", () => forgeToken({ aud: "another-api" })],
    ["is a JWT of another kind", () => forgeToken({}, { typ: "JWT" })],
    ["names no user of ours", () => forgeToken({ sub: "admin" })],
    ["has no expiry", () => forgeToken({ exp: undefined })],
    ["has no scope", () => forgeToken({ scope: undefined })],
    ["is not signed", async () => unsigned({ sub: "usr_1", scope: "photos:read", exp: hourAgo + 7200 })],
    ["is an HMAC made with our public key", signedWithPublicKey],
    [
      "demands an extension we don't know",
      () => forgeToken({}, { crit: ["x"], x: 1 }).catch(() => "not.a.token"),
    ],
    ["is enormous", () => forgeToken({ padding: "x".repeat(10_000) })],
  ])("that %s is 401", async (_, token) => {
    const response = await send("GET", path, { token: await token() })
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"')
    await expectProblem(response, 401, "unauthenticated")
  })

  test("whose signature was changed is 401", async () => {
    const token = await forgeToken()
    const forged = `${token.slice(0, -8)}${token.slice(-8) === "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA"}`
    await expectProblem(await send("GET", path, { token: forged }), 401, "unauthenticated")
  })

  test("without the scope of the route is 403", async () => {
    const token = await forgeToken({ scope: "photos:write" })
    await expectProblem(await send("GET", path, { token }), 403, "insufficient-scope")
  })
})
