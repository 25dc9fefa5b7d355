import {
  base64url,
  decodeProtectedHeader,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  SignJWT,
} from "jose"
import { beforeAll, describe, expect, test, vi } from "vitest"
import { config, expectProblem, forgeToken, newUser, rows, send } from "../test-api.ts"
import { publicJwksOf } from "./key-ring.ts"

const path = "/queries/upload-jobs/job_01J00000000000000000000000"
const hourAgo = Math.floor(Date.now() / 1000) - 3600

const unsigned = (claims: object) => {
  const encode = (part: object) => btoa(JSON.stringify(part)).replace(/=+$/, "")
  return `${encode({ alg: "none", typ: "at+jwt" })}.${encode(claims)}.`
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

/** A private key of another kind, as `JWT_SIGNING_KEY` or in `JWT_VERIFICATION_KEYS`. */
const newKey = async (alg: "RS256" | "ES256" | "HS256", kid = crypto.randomUUID()) => {
  if (alg === "HS256") {
    const k = base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
    return { kty: "oct", alg, kid, k } as const
  }
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, kid }
}

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
    ["is an HMAC made with our public key, as a JWK", signedWithPublicKey],
    ["is an HMAC made with our public key, as PEM", signedWithPublicPem],
    ["names no key", () => forgeToken({}, { kid: undefined })],
    ["names a key we don't have", () => forgeToken({}, { kid: "another" })],
    ["is a refresh token", async () => (await newUser()).refreshToken],
    ["claims to be a refresh token", () => forgeToken({}, { typ: "rt+jwt" })],
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
    const { d: _, p, q, dp, dq, qi, ...publicHalf } = old as Record<string, unknown>
    expect([p, q, dp, dq, qi].every(Boolean)).toBe(true)
    const rolled = {
      JWT_SIGNING_KEY: JSON.stringify(await newKey("ES256")),
      JWT_VERIFICATION_KEYS: JSON.stringify({ keys: [publicHalf] }),
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
    await expectProblem(await ask(token, variables), 401, "unauthenticated")
  })

  test("of HMAC are never published", async () => {
    const variables = { JWT_SIGNING_KEY: JSON.stringify(await newKey("HS256")) }
    expect(await (await send("GET", "/.well-known/jwks.json", { variables })).json()).toEqual({ keys: [] })
  })
})

describe("a token of a foreign issuer", () => {
  const issuer = "https://login.example.com"
  const variables = {
    OIDC_ISSUERS: JSON.stringify([
      { issuer, audience: "photos-app", scopes: ["photos:read", "photos:write"] },
    ]),
  }
  let key: Awaited<ReturnType<typeof newKey>>
  let isReachable = true
  beforeAll(async () => {
    key = await newKey("ES256")
    const { d: _, ...publicKey } = key as Record<string, unknown>
    const real = globalThis.fetch
    vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => {
      const url = input instanceof Request ? input.url : String(input)
      if (!url.startsWith(issuer) && !url.startsWith("https://down.example.com")) return real(input, init)
      if (!isReachable || url.startsWith("https://down")) return Promise.reject(new TypeError("no route"))
      return Promise.resolve(
        Response.json(
          url.endsWith("/openid-configuration")
            ? { issuer, jwks_uri: `${issuer}/keys` }
            : { keys: [publicKey] },
        ),
      )
    })
    return () => vi.unstubAllGlobals()
  })
  const foreignToken = async (claims: object = {}) =>
    new SignJWT({ iss: issuer, aud: "photos-app", sub: "alice", ...claims })
      .setProtectedHeader({ alg: "ES256", kid: key.kid })
      .setIssuedAt()
      .setExpirationTime("1 minute")
      .sign(await importJWK(key, "ES256"))
  const ask = (token: string) => send("GET", "/queries/upload-jobs", { token, variables })

  test("is taken, and makes its user on first sight, the same one every time", async () => {
    const sub = crypto.randomUUID()
    for (let time = 0; time < 2; time += 1) {
      const response = await send("POST", "/commands/upload-jobs", {
        token: await foreignToken({ sub }),
        body: { files: [{ filename: "a.jpg", mimeType: "image/jpeg", bytes: 1 }] },
        variables,
      })
      expect(response.status).toBe(201)
    }
    const users = await rows("select user_id, email, used_photos from users where oidc_subject = $1", sub)
    expect(users).toEqual([{ user_id: expect.stringMatching(/^usr_[0-7]/), email: null, used_photos: 2 }])
  })

  test.each([
    ["for another audience", { aud: "another-app" }],
    ["that has expired", { exp: hourAgo, iat: hourAgo - 60 }],
    ["of an issuer nobody configured", { iss: "https://evil.example.com" }],
  ])("%s is 401", async (_, claims) => {
    const token = new SignJWT({
      iss: issuer,
      aud: "photos-app",
      sub: "alice",
      iat: hourAgo,
      exp: hourAgo + 7200,
      ...claims,
    })
      .setProtectedHeader({ alg: "ES256", kid: key.kid })
      .sign(await importJWK(key, "ES256"))
    await expectProblem(await ask(await token), 401, "unauthenticated")
  })

  test("of a user who was disabled is 401", async () => {
    const sub = crypto.randomUUID()
    await ask(await foreignToken({ sub }))
    await rows("update users set status = 'DISABLED' where oidc_subject = $1", sub)
    await expectProblem(await ask(await foreignToken({ sub })), 401, "unauthenticated")
  })

  test("whose issuer can't be asked for its keys is 503, not a refusal", async () => {
    const down = "https://down.example.com"
    const response = await send("GET", "/queries/upload-jobs", {
      token: await foreignToken({ iss: down }),
      variables: { OIDC_ISSUERS: JSON.stringify([{ issuer: down, audience: "photos-app" }]) },
    })
    await expectProblem(response, 503, "identity-provider-unavailable")
    isReachable = true
  })
})
