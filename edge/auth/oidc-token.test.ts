import { importJWK, SignJWT } from "jose"
import { beforeAll, describe, expect, test, vi } from "vitest"
import { expectProblem, rows, send } from "../testing/test-api.ts"
import { expectInvalidToken, newKey, publicHalfOf, unsigned } from "../testing/test-tokens.ts"

type Answer = (signal: AbortSignal | null | undefined) => Promise<Response>

const providers = new Map<string, (url: URL, signal: AbortSignal | null | undefined) => Promise<Response>>()

beforeAll(() => {
  const real = globalThis.fetch
  vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : String(input))
    return providers.get(url.origin)?.(url, init?.signal) ?? real(input, init)
  })
  return () => vi.unstubAllGlobals()
})

/** An OpenID provider of its own for a test, since an isolate remembers those that it has asked. */
const newProvider = async () => {
  const issuer = `https://${crypto.randomUUID()}.example.com`
  const key = await newKey("ES256")
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, aud: "photos-app", sub: "alice", iat: now, exp: now + 60 }
  const asked: string[] = []
  const discovery: Answer = async () => Response.json({ issuer, jwks_uri: `${issuer}/keys` })
  const keys: Answer = async () => Response.json({ keys: [publicHalfOf(key)] })
  const provider = {
    issuer,
    claims,
    key,
    asked,
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
    ask: (token: string) => send("GET", "/queries/upload-jobs", { token, variables: provider.variables() }),
    createJob: (token: string) =>
      send("POST", "/commands/upload-jobs", {
        token,
        body: { files: [{ filename: "a.jpg", mimeType: "image/jpeg", bytes: 1 }] },
        variables: provider.variables(),
      }),
  }
  providers.set(issuer, (url, signal) => {
    asked.push(url.pathname)
    return url.pathname === "/keys" ? provider.keys(signal) : provider.discovery(signal)
  })
  return provider
}

type Provider = Awaited<ReturnType<typeof newProvider>>

const hourAgo = Math.floor(Date.now() / 1000) - 3600

describe("a token of a foreign issuer", () => {
  test("is taken, and makes its user on first sight, the same one every time", async () => {
    const provider = await newProvider()
    const sub = crypto.randomUUID()
    for (let time = 0; time < 2; time += 1)
      expect((await provider.createJob(await provider.token({ sub }))).status).toBe(201)
    const users = await rows("select user_id, email, used_photos from users where oidc_subject = $1", sub)
    expect(users).toEqual([{ user_id: expect.stringMatching(/^usr_[0-7]/), email: null, used_photos: 2 }])
  })

  test.each([["JWT"], ["at+jwt"], [undefined]])("may have the type %s", async (typ) => {
    const provider = await newProvider()
    expect((await provider.ask(await provider.token({}, { typ }))).status).toBe(200)
  })

  test("without configured scopes has those that it names, and none without any", async () => {
    const provider = await newProvider()
    provider.scopes = undefined
    const reading = await provider.token({ scope: "openid photos:read" })
    expect((await provider.ask(reading)).status).toBe(200)
    await expectProblem(await provider.createJob(reading), 403, "insufficient-scope")
    await expectProblem(await provider.ask(await provider.token()), 403, "insufficient-scope")
  })

  test.each<[string, (provider: Provider) => string | Promise<string>]>([
    ["is for another audience", ({ token }) => token({ aud: "another-app" })],
    ["has expired", ({ token }) => token({ exp: hourAgo, iat: hourAgo - 60 })],
    ["is not valid yet", ({ token }) => token({ nbf: hourAgo + 7200 })],
    ["has no expiry", ({ token }) => token({ exp: undefined })],
    ["does not say when it was issued", ({ token }) => token({ iat: undefined })],
    ["names nobody", ({ token }) => token({ sub: undefined })],
    ["names nobody, in an empty string", ({ token }) => token({ sub: "" })],
    ["names somebody by a number", ({ token }) => token({ sub: 1 })],
    ["names somebody no database can store", ({ token }) => token({ sub: "al\0ice" })],
    ["is of an issuer nobody configured", ({ token }) => token({ iss: "https://evil.example.com" })],
    ["names a key that the issuer does not have", ({ token }) => token({}, { kid: "another" })],
    ["is signed by another key", async ({ token }) => token({}, {}, await newKey("ES256"))],
    ["is not signed", ({ claims, key }) => unsigned(claims, { kid: key.kid })],
    ["is an HMAC made with the issuer's public key", ({ claims, key }) => hmacOf(claims, key)],
    ["demands an extension", ({ token }) => token({}, { crit: ["x"], x: 1 })],
    ["demands even an extension that JWS knows", ({ token }) => token({}, { crit: ["b64"], b64: true })],
    ["is a refresh token", ({ token }) => token({}, { typ: "rt+jwt" })],
    ["is a refresh token by its whole media type", ({ token }) => token({}, { typ: "application/RT+JWT" })],
    [
      "has a header that is none",
      async ({ token }) => `AAAA.${(await token()).split(".").slice(1).join(".")}`,
    ],
    ["is enormous", ({ token }) => token({ padding: "x".repeat(10_000) })],
  ])("that %s is 401", async (_, tokenOf) => {
    const provider = await newProvider()
    const token = await tokenOf(provider)
    await expectInvalidToken(await provider.ask(token), token)
  })

  test("of a user who was disabled is 401", async () => {
    const provider = await newProvider()
    const sub = crypto.randomUUID()
    await provider.ask(await provider.token({ sub }))
    await rows("update users set status = 'DISABLED' where oidc_subject = $1", sub)
    await expectProblem(await provider.ask(await provider.token({ sub })), 401, "unauthenticated")
  })
})

describe("a foreign issuer", () => {
  test("is asked once for its configuration and its keys", async () => {
    const provider = await newProvider()
    for (let time = 0; time < 3; time += 1)
      expect((await provider.ask(await provider.token())).status).toBe(200)
    expect(provider.asked).toEqual(["/.well-known/openid-configuration", "/keys"])
  })

  test("is not asked on account of a token that could not be good", async () => {
    const provider = await newProvider()
    await provider.ask(unsigned(provider.claims))
    await provider.ask(await provider.token({}, { crit: ["x"], x: 1 }))
    expect(provider.asked).toEqual([])
  })

  const lost: Answer = () => Promise.reject(new Error("Network connection lost."))
  const noRoute: Answer = () => Promise.reject(new TypeError("no route"))
  const broken: Answer = async () => new Response("oops", { status: 500 })
  const wordless: Answer = async () => Response.json({})
  const silent: Answer = (signal) =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))

  test.each<[string, Partial<Pick<Provider, "discovery" | "keys">>]>([
    ["that nobody reaches", { discovery: noRoute }],
    ["whose connection breaks", { discovery: lost }],
    ["that is broken", { discovery: broken }],
    ["that is silent", { discovery: silent }],
    ["without a configuration", { discovery: wordless }],
    ["whose configuration is another's", { discovery: async () => Response.json(anothers) }],
    ["whose keys nobody reaches", { keys: noRoute }],
    ["whose keys' connection breaks", { keys: lost }],
    ["whose keys are broken", { keys: broken }],
    ["whose keys never come", { keys: silent }],
    ["whose keys are none", { keys: wordless }],
  ])("%s is 503, and tried again with the next request", async (_, trouble) => {
    const provider = await newProvider()
    const { discovery, keys } = provider
    const token = await provider.token()
    Object.assign(provider, trouble)
    const refused = await expectProblem(await provider.ask(token), 503, "identity-provider-unavailable")
    expect(JSON.stringify(refused)).not.toContain(token)
    Object.assign(provider, { discovery, keys })
    expect((await provider.ask(token)).status).toBe(200)
  })

  test("that is down keeps nobody else out", async () => {
    const [down, up] = [await newProvider(), await newProvider()]
    down.discovery = lost
    await expectProblem(await down.ask(await down.token()), 503, "identity-provider-unavailable")
    expect((await up.ask(await up.token())).status).toBe(200)
  })

  test("that never answers the first request does not hold up the second", async () => {
    const provider = await newProvider()
    const { discovery } = provider
    provider.discovery = silent
    const first = provider.ask(await provider.token())
    await vi.waitFor(() => expect(provider.asked).toHaveLength(1))
    provider.discovery = discovery
    expect((await provider.ask(await provider.token())).status).toBe(200)
    await expectProblem(await first, 503, "identity-provider-unavailable")
  })

  test("may roll its keys", async () => {
    const provider = await newProvider()
    const next = await newKey("ES256")
    expect((await provider.ask(await provider.token())).status).toBe(200)
    provider.keys = async () => Response.json({ keys: [publicHalfOf(next)] })
    // A key set is asked for again when it lacks a key, but not within 30 s.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 })
    try {
      const token = await provider.token({ exp: hourAgo + 7200 }, { kid: next.kid }, next)
      expect((await provider.ask(token)).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })
})

const anothers = { issuer: "https://another.example.com", jwks_uri: "https://another.example.com/keys" }

const hmacOf = (claims: Provider["claims"], key: { kid: string }) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", kid: key.kid })
    .sign(new TextEncoder().encode(JSON.stringify(publicHalfOf(key))))
