import { decodeProtectedHeader, exportSPKI, importJWK, SignJWT } from "jose"
import { describe, expect, test } from "vitest"
import { config, expectProblem, forgeToken, newUser, send } from "../testing/test-api.ts"
import { expectInvalidToken, newKey, publicHalfOf, unsigned } from "../testing/test-tokens.ts"
import { publicJwksOf } from "./key-ring.ts"

const path = "/queries/upload-jobs/job_01J00000000000000000000000"
const hourAgo = Math.floor(Date.now() / 1000) - 3600

/** All that a token of ours says, with a user who need not exist. */
const claimsOfOurs = {
  iss: config.jwt.issuer,
  aud: config.jwt.audience,
  sub: "usr_01J00000000000000000000000",
  scope: "photos:read photos:write",
  iat: hourAgo,
  exp: hourAgo + 7200,
}

const signedWith = (secret: string) =>
  new SignJWT({ iss: config.jwt.issuer, aud: config.jwt.audience, scope: "photos:read" })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: config.jwt.signingKey.kid })
    .setSubject("usr_01J00000000000000000000000")
    .setIssuedAt()
    .setExpirationTime("1 minute")
    .sign(new TextEncoder().encode(secret))

const signedWithPublicKey = () => signedWith(JSON.stringify(publicJwksOf(config.jwt)[0]))

const signedWithPublicPem = async () => {
  const key = await importJWK(publicJwksOf(config.jwt)[0] ?? {}, "RS256")
  return signedWith(await exportSPKI(key as CryptoKey))
}

const withCrit = async () =>
  new SignJWT(claimsOfOurs)
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: config.jwt.signingKey.kid, crit: ["x"], x: 1 })
    .sign(await importJWK(config.jwt.signingKey, "RS256"), { crit: { x: true } })

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
    ["is not signed", async () => unsigned(claimsOfOurs, { kid: config.jwt.signingKey.kid })],
    ["is an HMAC made with our public key, as a JWK", signedWithPublicKey],
    ["is an HMAC made with our public key, as PEM", signedWithPublicPem],
    ["names no key", () => forgeToken({}, { kid: undefined })],
    ["names a key we don't have", () => forgeToken({}, { kid: "another" })],
    ["is a refresh token", async () => (await newUser()).refreshToken],
    ["claims to be a refresh token", () => forgeToken({}, { typ: "rt+jwt" })],
    ["demands an extension we don't know", withCrit],
    ["is enormous", () => forgeToken({ padding: "x".repeat(10_000) })],
  ])("that %s is 401", async (_, tokenOf) => {
    const token = await tokenOf()
    await expectInvalidToken(await send("GET", path, { token }), token)
  })

  test("whose signature was changed is 401", async () => {
    const token = await forgeToken()
    const forged = `${token.slice(0, -8)}${token.slice(-8) === "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA"}`
    await expectInvalidToken(await send("GET", path, { token: forged }), forged)
  })

  test("without the scope of the route is 403", async () => {
    const token = await forgeToken({ scope: "photos:write" })
    await expectProblem(await send("GET", path, { token }), 403, "insufficient-scope")
  })
})

describe("keys", () => {
  const signIn = async (variables: Record<string, string>) => {
    const user = await newUser()
    const response = await send("POST", "/auth/token", {
      headers: {
        authorization: `Basic ${btoa(`${user.email}:${user.password}`)}`,
        "cf-connecting-ip": crypto.randomUUID(),
      },
      variables,
    })
    return (await response.json<{ access_token: string }>()).access_token
  }
  const ask = (token: string, variables: Record<string, string>) =>
    send("GET", "/queries/upload-jobs", { token, variables })

  test.each(["ES256", "HS256"] as const)(
    "of %s sign and verify when configured, and only they do",
    async (alg) => {
      const variables = { JWT_SIGNING_KEY: JSON.stringify(await newKey(alg)) }
      const token = await signIn(variables)
      expect(decodeProtectedHeader(token).alg).toBe(alg)
      expect((await ask(token, variables)).status).toBe(200)
      const { token: older } = await newUser()
      await expectProblem(await ask(older, variables), 401, "unauthenticated")
    },
  )

  test("can be rolled: what the old one signed is good while it is among the verification keys", async () => {
    const old = await newKey("RS256")
    const token = await signIn({ JWT_SIGNING_KEY: JSON.stringify(old) })
    const rolled = {
      JWT_SIGNING_KEY: JSON.stringify(await newKey("ES256")),
      JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [publicHalfOf(old)] }),
    }
    expect((await ask(token, rolled)).status).toBe(200)
    const jwks = await (await send("GET", "/.well-known/jwks.json", { variables: rolled })).json<{
      keys: { alg: string }[]
    }>()
    expect(jwks.keys.map(({ alg }) => alg)).toEqual(["ES256", "RS256"])
    await expectProblem(
      await ask(token, { ...rolled, JWT_VERIFICATION_KEYS: '{"keys":[]}' }),
      401,
      "unauthenticated",
    )
  })

  test("are not confused: a token that names one key and is signed by another is refused", async () => {
    const other = await newKey("RS256")
    const variables = { JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [other] }) }
    const token = await forgeToken({}, { kid: other.kid })
    await expectInvalidToken(await ask(token, variables), token)
  })

  test("of one kid are the signing key first: another behind it locks nobody out", async () => {
    const { token } = await newUser()
    const namesake = await newKey("RS256", config.jwt.signingKey.kid)
    const variables = { JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [namesake] }) }
    expect((await ask(token, variables)).status).toBe(200)
  })

  test("that only verify are published without what is private of them, should it be there", async () => {
    const keys = [await newKey("RS256"), await newKey("ES256"), await newKey("HS256")]
    const variables = { JWT_VERIFICATION_KEYS: JSON.stringify({ keys }) }
    const jwks = await (await send("GET", "/.well-known/jwks.json", { variables })).json<{ keys: object[] }>()
    const rsa = ["alg", "e", "kid", "kty", "n", "use"]
    const ec = ["alg", "crv", "kid", "kty", "use", "x", "y"]
    expect(jwks.keys.map((key) => Object.keys(key).sort())).toEqual([rsa, rsa, ec])
  })

  test("of HMAC are never published", async () => {
    const variables = { JWT_SIGNING_KEY: JSON.stringify(await newKey("HS256")) }
    expect(await (await send("GET", "/.well-known/jwks.json", { variables })).json()).toEqual({ keys: [] })
  })
})
