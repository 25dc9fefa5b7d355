import { env } from "cloudflare:workers"
import { expect, test } from "vitest"
import openApi from "../../docs/openapi.json"
import { send } from "../testing/test-api.ts"

declare global {
  namespace Cloudflare {
    interface Env {
      ASSETS: Fetcher
    }
  }
}

// Under vitest the Worker handles every path, and only the binding serves the static assets.
const getAsset = (path: string) =>
  env.ASSETS.fetch(new URL(path, "https://api.example"), { redirect: "manual" })

const directives = (response: Response): Record<string, string> =>
  Object.fromEntries(
    (response.headers.get("content-security-policy") ?? "").split("; ").map((directive) => {
      const [name = "", ...values] = directive.split(" ")
      return [name, values.join(" ")]
    }),
  )

test("the reference runs only scripts of this host and connects only to this host", async () => {
  const page = await getAsset("/docs")
  expect(page.status).toBe(200)
  expect(page.headers.get("content-type")).toMatch(/^text\/html/)
  expect(directives(page)).toEqual({
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
  })
})

test("every other asset may run nothing and cannot be framed", async () => {
  for (const path of ["/openapi.json", "/docs/reference.js", "/docs/scalar/standalone.esm.js"]) {
    const asset = await getAsset(path)
    expect(asset.status).toBe(200)
    expect(asset.headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(asset.headers.get("x-content-type-options")).toBe("nosniff")
    expect(asset.headers.get("x-frame-options")).toBe("DENY")
    expect(asset.headers.get("referrer-policy")).toBe("no-referrer")
  }
})

test("the page and its script refer only to files of this host, and each exists", async () => {
  const html = await (await getAsset("/docs")).text()
  const references = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = ""]) => url)
  expect(references).toEqual(expect.arrayContaining(["/docs/reference.js", "/openapi.json"]))
  for (const url of references.filter((each) => each !== "data:,"))
    expect((await getAsset(url)).status).toBe(200)

  const script = await (await getAsset("/docs/scalar/standalone.esm.js")).text()
  const chunks = [...script.matchAll(/["`]\.\/(chunks\/[\w.-]+\.js)["`]/g)].map(([, name = ""]) => name)
  expect(chunks.length).toBeGreaterThan(5)
  for (const chunk of chunks) {
    const asset = await getAsset(`/docs/scalar/${chunk}`)
    expect([chunk, asset.status]).toEqual([chunk, 200])
    await asset.body?.cancel()
  }
})

test("the OpenAPI document is served to any origin", async () => {
  const response = await getAsset("/openapi.json")
  expect(response.headers.get("content-type")).toMatch(/^application\/json/)
  expect(response.headers.get("access-control-allow-origin")).toBe("*")
  expect(await response.json()).toEqual(openApi)
})

test("a path without an asset reaches the Worker", async () => {
  expect((await getAsset("/nothing/here")).status).toBe(404)
  expect((await send("GET", "/nothing/here")).headers.get("content-type")).toBe("application/problem+json")
})
