import { decodeProtectedHeader, exportSPKI, importJWK, SignJWT } from "jose"
import { describe, expect, test } from "vitest"
import { publicJwksOf } from "../keys/key-ring.ts"
import { config, expectProblem, forgeToken, newUser, send } from "../testing/test-api.ts"
import { expectInvalidToken, newKey, publicHalfOf, unsigned } from "../testing/test-tokens.ts"

const path = "/queries/upload-jobs/job_01J00000000000000000000000"
const hourAgo = Math.floor(Date.now() / 1000) - 3600

/** The claims of a valid token. The user does not exist. */
const validClaims = {
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
  new SignJWT(validClaims)
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: config.jwt.signingKey.kid, crit: ["x"], x: 1 })
    .sign(await importJWK(config.jwt.signingKey, "RS256"), { crit: { x: true } })

describe("a bearer token", () => {
  test("that is valid and has the required scope is accepted", async () => {
    const { token } = await newUser()
    await expectProblem(await send("GET", path, { token }), 404, "not-found")
  })

  test.each([
    ["is malformed", async () => "not.a.token"],
    ["has expired", () => forgeToken({ iat: hourAgo - 900, exp: hourAgo })],
    ["is not valid yet", () => forgeToken({ nbf: hourAgo + 7200 })],
    ["is from another issuer", () => forgeToken({ iss: "https://elsewhere.test" })],
    ["is for another audience", () => forgeToken({ aud: "another-api" })],
    ["has another JWT type", () => forgeToken({}, { typ: "JWT" })],
    ["has a subject that is not a user id", () => forgeToken({ sub: "admin" })],
    ["has no expiry", () => forgeToken({ exp: undefined })],
    ["has no scope", () => forgeToken({ scope: undefined })],
    ["is not signed", async () => unsigned(validClaims, { kid: config.jwt.signingKey.kid })],
    ["is signed by HMAC with the public key as a JWK", signedWithPublicKey],
    ["is signed by HMAC with the public key as PEM", signedWithPublicPem],
    ["has no key id", () => forgeToken({}, { kid: undefined })],
    ["has an unknown key id", () => forgeToken({}, { kid: "another" })],
    ["is a refresh token", async () => (await newUser()).refreshToken],
    ["has the type of a refresh token", () => forgeToken({}, { typ: "rt+jwt" })],
    ["has an unknown critical header", withCrit],
    ["is larger than the limit", () => forgeToken({ padding: "x".repeat(10_000) })],
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

describe("signing keys", () => {
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
  const listJobs = (token: string, variables: Record<string, string>) =>
    send("GET", "/queries/upload-jobs", { token, variables })

  test.each(["ES256", "HS256"] as const)(
    "of type %s sign and verify tokens when configured; tokens of other keys are rejected",
    async (alg) => {
      const variables = { JWT_SIGNING_KEY: JSON.stringify(await newKey(alg)) }
      const token = await signIn(variables)
      expect(decodeProtectedHeader(token).alg).toBe(alg)
      expect((await listJobs(token, variables)).status).toBe(200)
      const { token: older } = await newUser()
      await expectProblem(await listJobs(older, variables), 401, "unauthenticated")
    },
  )

  test("can be rotated: tokens of the old key are valid while it is a verification key", async () => {
    const old = await newKey("RS256")
    const token = await signIn({ JWT_SIGNING_KEY: JSON.stringify(old) })
    const rotated = {
      JWT_SIGNING_KEY: JSON.stringify(await newKey("ES256")),
      JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [publicHalfOf(old)] }),
    }
    expect((await listJobs(token, rotated)).status).toBe(200)
    const jwks = await (await send("GET", "/.well-known/jwks.json", { variables: rotated })).json<{
      keys: { alg: string }[]
    }>()
    expect(jwks.keys.map(({ alg }) => alg)).toEqual(["ES256", "RS256"])
    await expectProblem(
      await listJobs(token, { ...rotated, JWT_VERIFICATION_KEYS: '{"keys":[]}' }),
      401,
      "unauthenticated",
    )
  })

  test("are selected by key id: a token with the id of one key and the signature of another is rejected", async () => {
    const other = await newKey("RS256")
    const variables = { JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [other] }) }
    const token = await forgeToken({}, { kid: other.kid })
    await expectInvalidToken(await listJobs(token, variables), token)
  })

  test("a verification key with the signing key's id does not replace the signing key", async () => {
    const { token } = await newUser()
    const otherKey = await newKey("RS256", config.jwt.signingKey.kid)
    const variables = { JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [otherKey] }) }
    expect((await listJobs(token, variables)).status).toBe(200)
  })

  test("verification keys are published without their private members", async () => {
    const keys = [await newKey("RS256"), await newKey("ES256"), await newKey("HS256")]
    const variables = { JWT_VERIFICATION_KEYS: JSON.stringify({ keys }) }
    const jwks = await (await send("GET", "/.well-known/jwks.json", { variables })).json<{ keys: object[] }>()
    const rsa = ["alg", "e", "kid", "kty", "n", "use"]
    const ec = ["alg", "crv", "kid", "kty", "use", "x", "y"]
    expect(jwks.keys.map((key) => Object.keys(key).sort())).toEqual([rsa, rsa, ec])
  })

  test("HMAC keys are never published", async () => {
    const variables = { JWT_SIGNING_KEY: JSON.stringify(await newKey("HS256")) }
    expect(await (await send("GET", "/.well-known/jwks.json", { variables })).json()).toEqual({ keys: [] })
  })
})
