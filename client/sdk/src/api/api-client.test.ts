import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { type ApiClient, createApiClient } from "./api-client.ts"
import { sharedTokens } from "./token-source.ts"

type Sent = { method: string; path: string; headers: Headers; body: unknown }

/** A client whose requests are recorded and answered with `respond`. */
const recording = (respond: (sent: Sent) => Response = () => Response.json({})) => {
  const sent: Sent[] = []
  const send: typeof fetch = async (url, init = {}) => {
    const request = {
      method: init.method ?? "GET",
      path: String(url).replace("http://api.test", ""),
      headers: new Headers(init.headers),
      body: init.body === undefined ? undefined : (JSON.parse(String(init.body)) as unknown),
    }
    sent.push(request)
    return respond(request)
  }
  return { sent, send }
}

// Not in the client: the upload opens the channels, a page of the Worker's own origin uses the sessions, and the others
// are for servers.
const left = [
  "publishJwks",
  "watchEvents",
  "watchUploadJob",
  "receiveEvents",
  "openSession",
  "refreshSession",
  "closeSession",
]

/** Methods that have another name than their operation. */
const renamed: Record<string, keyof ApiClient> = {
  issueToken: "signIn",
  refreshToken: "refresh",
  revokeToken: "signOut",
  issueLiveTicket: "getLiveTicket",
}

type OpenApi = { paths: Record<string, Record<string, { operationId: string }>> }

describe("the API client", () => {
  test("has a method for every operation of the API, with its method and path", async () => {
    const file = join(import.meta.dirname, "../../../../docs/openapi.json")
    const { paths } = JSON.parse(await readFile(file, "utf8")) as OpenApi
    const { sent, send } = recording()
    const api = createApiClient({ baseUrl: "http://api.test", fetch: send })
    const expected: string[] = []
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { operationId }] of Object.entries(methods)) {
        if (left.includes(operationId)) continue
        const name = renamed[operationId] ?? operationId
        expect(api, operationId).toHaveProperty(name)
        const operation = api[name as keyof ApiClient] as (...parameters: unknown[]) => Promise<unknown>
        await operation("a b", "c/d")
        const names = ["a%20b", "c%2Fd"]
        expected.push(`${method.toUpperCase()} ${path.replace(/\{\w+\}/g, () => names.shift() ?? "")}`)
      }
    expect(sent.map(({ method, path }) => `${method} ${path.split("?")[0]}`)).toEqual(expected)
  })

  test("sends queries without what is undefined, and bodies as JSON", async () => {
    const { sent, send } = recording()
    const api = createApiClient({ baseUrl: "http://api.test/", fetch: send, accessToken: "token" })
    await api.listPhotos({ q: "a&b", size: 10 })
    await api.createUploadJob({ files: [] }, "key")
    expect(sent.map(({ path }) => path)).toEqual(["/queries/photos?q=a%26b&size=10", "/commands/upload-jobs"])
    expect(sent[1]?.body).toEqual({ files: [] })
    expect(Object.fromEntries(sent[1]?.headers ?? [])).toEqual({
      authorization: "Bearer token",
      "content-type": "application/json",
      "idempotency-key": '"key"',
    })
  })

  test("throws a problem with its Retry-After, also when a proxy answers with a page of its own", async () => {
    const respond = () => new Response("<html>", { status: 503, headers: { "retry-after": "3" } })
    const api = createApiClient({ baseUrl: "http://api.test", fetch: recording(respond).send })
    await expect(api.getPhoto("p")).rejects.toMatchObject({
      name: "ApiProblem",
      problem: { type: "about:blank", status: 503 },
      retryAfterMs: 3000,
      isTransient: true,
    })
  })

  test("ends a request after its time limit with an error that is not an abort", async () => {
    const hanging: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        // React Native rejects with an error of its own.
        init?.signal?.addEventListener("abort", () =>
          reject(Object.assign(new Error(), { name: "AbortError" })),
        )
      })
    const api = createApiClient({ baseUrl: "http://api.test", fetch: hanging, timeoutMs: 1 })
    await expect(api.getPhoto("p")).rejects.toThrow("no response within 1 ms")
  })
})

describe("tokens", () => {
  const withTokens = (valid: () => string) => {
    let issued = 0
    const tokens = sharedTokens(async () => {
      issued += 1
      return `token-${issued}`
    })
    const { sent, send } = recording(({ headers }) =>
      headers.get("authorization") === `Bearer ${valid()}`
        ? Response.json({})
        : new Response("{}", { status: 401 }),
    )
    return {
      api: createApiClient({ baseUrl: "http://api.test", fetch: send, tokens }),
      sent,
      issued: () => issued,
    }
  }

  test("are refreshed once for all callers that were rejected, and each request is repeated once", async () => {
    let valid = "token-1"
    const { api, sent, issued } = withTokens(() => valid)
    await api.getPhoto("first")
    valid = "token-2"
    await Promise.all(Array.from({ length: 20 }, (_, index) => api.getPhoto(String(index))))
    expect(issued()).toBe(2)
    expect(sent).toHaveLength(1 + 20 + 20)
  })

  test("a rejected fresh token is a problem, not a loop", async () => {
    const { api, sent } = withTokens(() => "another")
    await expect(api.getPhoto("p")).rejects.toMatchObject({ problem: { status: 401 } })
    expect(sent).toHaveLength(2)
  })

  test("a failed refresh fails its callers and is repeated for the next", async () => {
    let isBroken = true
    const tokens = sharedTokens(async () => {
      if (isBroken) throw new TypeError("fetch failed")
      return "token"
    })
    await expect(tokens.get()).rejects.toThrow("fetch failed")
    isBroken = false
    await expect(tokens.get()).resolves.toBe("token")
  })
})
