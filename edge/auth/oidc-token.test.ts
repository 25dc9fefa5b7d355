import { importJWK, SignJWT } from "jose"
import { beforeAll, describe, expect, test, vi } from "vitest"
import { expectProblem, rows, send } from "../testing/test-api.ts"
import { expectInvalidToken, newKey, publicHalfOf, unsigned } from "../testing/test-tokens.ts"

type Responder = (signal: AbortSignal | null | undefined) => Promise<Response>

const providers = new Map<string, (url: URL, signal: AbortSignal | null | undefined) => Promise<Response>>()

beforeAll(() => {
  const real = globalThis.fetch
  vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : String(input))
    return providers.get(url.origin)?.(url, init?.signal) ?? real(input, init)
  })
  return () => vi.unstubAllGlobals()
})

/** Creates an OpenID provider for one test: an isolate caches the discovery of each provider. */
const newProvider = async () => {
  const issuer = `https://${crypto.randomUUID()}.example.com`
  const key = await newKey("ES256")
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, aud: "photos-app", sub: "alice", iat: now, exp: now + 60 }
  const requestedPaths: string[] = []
  const discovery: Responder = async () => Response.json({ issuer, jwks_uri: `${issuer}/keys` })
  const keys: Responder = async () => Response.json({ keys: [publicHalfOf(key)] })
  const provider = {
    issuer,
    claims,
    key,
    requestedPaths,
    discovery,
    keys,
    scopes: ["photos:read", "photos:write"] as string[] | undefined,
    token: async (more: object = {}, header: object = {}, signingKey: object = key) =>
      new SignJWT({ ...claims, ...more })
        .setProtectedHeader({ alg: "ES256", kid: key.kid, ...header })
        .sign(await importJWK(signingKey, "ES256"), { crit: { x: true } }),
    variables: () => ({
      OIDC_ISSUERS: JSON.stringify([{ issuer, audience: "photos-app", scopes: provider.scopes }]),
    }),
    listJobs: (token: string) =>
      send("GET", "/queries/upload-jobs", { token, variables: provider.variables() }),
    createJob: (token: string) =>
      send("POST", "/commands/upload-jobs", {
        token,
        body: { files: [{ filename: "a.jpg", mimeType: "image/jpeg", bytes: 1 }] },
        variables: provider.variables(),
      }),
  }
  providers.set(issuer, (url, signal) => {
    requestedPaths.push(url.pathname)
    return url.pathname === "/keys" ? provider.keys(signal) : provider.discovery(signal)
  })
  return provider
}

type Provider = Awaited<ReturnType<typeof newProvider>>

const hourAgo = Math.floor(Date.now() / 1000) - 3600

describe("a token of an external issuer", () => {
  test("is accepted and creates its user once", async () => {
    const provider = await newProvider()
    const sub = crypto.randomUUID()
    for (let call = 0; call < 2; call += 1)
      expect((await provider.createJob(await provider.token({ sub }))).status).toBe(201)
    const users = await rows("select user_id, email, used_photos from users where oidc_subject = $1", sub)
    expect(users).toEqual([{ user_id: expect.stringMatching(/^usr_[0-7]/), email: null, used_photos: 2 }])
  })

  test.each([["JWT"], ["at+jwt"], [undefined]])("may have the type %s", async (typ) => {
    const provider = await newProvider()
    expect((await provider.listJobs(await provider.token({}, { typ }))).status).toBe(200)
  })

  test("has the scopes of its claim when none are configured", async () => {
    const provider = await newProvider()
    provider.scopes = undefined
    const reading = await provider.token({ scope: "openid photos:read" })
    expect((await provider.listJobs(reading)).status).toBe(200)
    await expectProblem(await provider.createJob(reading), 403, "insufficient-scope")
    await expectProblem(await provider.listJobs(await provider.token()), 403, "insufficient-scope")
  })

  test.each<[string, (provider: Provider) => string | Promise<string>]>([
    ["is for another audience", ({ token }) => token({ aud: "another-app" })],
    ["has expired", ({ token }) => token({ exp: hourAgo, iat: hourAgo - 60 })],
    ["is not valid yet", ({ token }) => token({ nbf: hourAgo + 7200 })],
    ["has no expiry", ({ token }) => token({ exp: undefined })],
    ["has no time of issue", ({ token }) => token({ iat: undefined })],
    ["has no subject", ({ token }) => token({ sub: undefined })],
    ["has an empty subject", ({ token }) => token({ sub: "" })],
    ["has a numeric subject", ({ token }) => token({ sub: 1 })],
    ["has a NUL in its subject", ({ token }) => token({ sub: "al\0ice" })],
    ["is from an issuer that is not configured", ({ token }) => token({ iss: "https://evil.example.com" })],
    ["has a key id that the issuer does not publish", ({ token }) => token({}, { kid: "another" })],
    ["is signed by another key", async ({ token }) => token({}, {}, await newKey("ES256"))],
    ["is not signed", ({ claims, key }) => unsigned(claims, { kid: key.kid })],
    ["is signed by HMAC with the issuer's public key", ({ claims, key }) => hmacOf(claims, key)],
    ["has an unknown critical header", ({ token }) => token({}, { crit: ["x"], x: 1 })],
    ["has a critical header that JWS defines", ({ token }) => token({}, { crit: ["b64"], b64: true })],
    ["has the type of a refresh token", ({ token }) => token({}, { typ: "rt+jwt" })],
    [
      "has the type of a refresh token as a full media type",
      ({ token }) => token({}, { typ: "application/RT+JWT" }),
    ],
    ["has a malformed header", async ({ token }) => `AAAA.${(await token()).split(".").slice(1).join(".")}`],
    ["is larger than the limit", ({ token }) => token({ padding: "x".repeat(10_000) })],
  ])("that %s is 401", async (_, tokenOf) => {
    const provider = await newProvider()
    const token = await tokenOf(provider)
    await expectInvalidToken(await provider.listJobs(token), token)
  })

  test("of a user who was disabled is 401", async () => {
    const provider = await newProvider()
    const sub = crypto.randomUUID()
    await provider.listJobs(await provider.token({ sub }))
    await rows("update users set status = 'DISABLED' where oidc_subject = $1", sub)
    await expectProblem(await provider.listJobs(await provider.token({ sub })), 401, "unauthenticated")
  })
})

describe("an external issuer", () => {
  test("receives one request for its configuration and one for its keys", async () => {
    const provider = await newProvider()
    for (let call = 0; call < 3; call += 1)
      expect((await provider.listJobs(await provider.token())).status).toBe(200)
    expect(provider.requestedPaths).toEqual(["/.well-known/openid-configuration", "/keys"])
  })

  test("receives no request for a token that cannot be valid", async () => {
    const provider = await newProvider()
    await provider.listJobs(unsigned(provider.claims))
    await provider.listJobs(await provider.token({}, { crit: ["x"], x: 1 }))
    expect(provider.requestedPaths).toEqual([])
  })

  const connectionLost: Responder = () => Promise.reject(new Error("Network connection lost."))
  const unreachable: Responder = () => Promise.reject(new TypeError("no route"))
  const serverError: Responder = async () => new Response("oops", { status: 500 })
  const emptyDocument: Responder = async () => Response.json({})
  const neverResponds: Responder = (signal) =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))

  test.each<[string, Partial<Pick<Provider, "discovery" | "keys">>]>([
    ["that is unreachable", { discovery: unreachable }],
    ["whose connection is lost", { discovery: connectionLost }],
    ["that returns an error", { discovery: serverError }],
    ["that never responds", { discovery: neverResponds }],
    ["without a configuration", { discovery: emptyDocument }],
    [
      "whose configuration belongs to another issuer",
      { discovery: async () => Response.json(otherIssuerDocument) },
    ],
    ["whose keys are unreachable", { keys: unreachable }],
    ["whose connection is lost for the keys", { keys: connectionLost }],
    ["whose keys return an error", { keys: serverError }],
    ["whose keys never arrive", { keys: neverResponds }],
    ["without keys", { keys: emptyDocument }],
  ])("%s results in 503, and the next request tries again", async (_, failure) => {
    const provider = await newProvider()
    const { discovery, keys } = provider
    const token = await provider.token()
    Object.assign(provider, failure)
    const unavailable = await expectProblem(
      await provider.listJobs(token),
      503,
      "identity-provider-unavailable",
    )
    expect(JSON.stringify(unavailable)).not.toContain(token)
    Object.assign(provider, { discovery, keys })
    expect((await provider.listJobs(token)).status).toBe(200)
  })

  test("that is down does not affect tokens of another issuer", async () => {
    const [down, up] = [await newProvider(), await newProvider()]
    down.discovery = connectionLost
    await expectProblem(await down.listJobs(await down.token()), 503, "identity-provider-unavailable")
    expect((await up.listJobs(await up.token())).status).toBe(200)
  })

  test("that never responds to the first request does not delay the second", async () => {
    const provider = await newProvider()
    const { discovery } = provider
    provider.discovery = neverResponds
    const first = provider.listJobs(await provider.token())
    await vi.waitFor(() => expect(provider.requestedPaths).toHaveLength(1))
    provider.discovery = discovery
    expect((await provider.listJobs(await provider.token())).status).toBe(200)
    await expectProblem(await first, 503, "identity-provider-unavailable")
  })

  test("may rotate its keys", async () => {
    const provider = await newProvider()
    const next = await newKey("ES256")
    expect((await provider.listJobs(await provider.token())).status).toBe(200)
    provider.keys = async () => Response.json({ keys: [publicHalfOf(next)] })
    // A key set that lacks a key is fetched again, but not within 30 s.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 })
    try {
      const token = await provider.token({ exp: hourAgo + 7200 }, { kid: next.kid }, next)
      expect((await provider.listJobs(token)).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })
})

const otherIssuerDocument = {
  issuer: "https://another.example.com",
  jwks_uri: "https://another.example.com/keys",
}

const hmacOf = (claims: Provider["claims"], key: { kid: string }) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", kid: key.kid })
    .sign(new TextEncoder().encode(JSON.stringify(publicHalfOf(key))))
