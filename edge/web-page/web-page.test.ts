import { SELF } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { expect, test } from "vitest"
import { config } from "../testing/test-api.ts"

const origin = "https://photos.example"

const directives = (response: Response): Record<string, string> =>
  Object.fromEntries(
    (response.headers.get("content-security-policy") ?? "").split("; ").map((directive) => {
      const [name = "", ...values] = directive.split(" ")
      return [name, values.join(" ")]
    }),
  )

test("every path of the page returns its HTML with a policy that names the object storage", async () => {
  const storage = new URL(config.s3.endpoint).origin
  for (const path of ["/", "/uploads", "/uploads/job_1", "/photos/ph_1"]) {
    const page = await SELF.fetch(`${origin}${path}`)
    expect(page.status).toBe(200)
    expect(page.headers.get("content-type")).toMatch(/^text\/html/)
    expect(page.headers.get("cache-control")).toBe("no-cache")
    expect(page.headers.get("x-content-type-options")).toBe("nosniff")
    expect(directives(page)).toEqual({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "img-src": `'self' blob: data: ${storage}`,
      "connect-src": `'self' wss://photos.example ${storage}`,
      "worker-src": "'self'",
      "manifest-src": "'self'",
      "base-uri": "'none'",
      "form-action": "'none'",
      "frame-ancestors": "'none'",
    })
    await page.body?.cancel()
  }
})

test("the page refers only to files of this host, and each exists", async () => {
  const html = await (await SELF.fetch(`${origin}/`)).text()
  const references = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = ""]) => url)
  expect(references).toContain("/manifest.webmanifest")
  expect(references.some((url) => /^\/assets\/.+\.js$/.test(url))).toBe(true)
  for (const url of references) {
    const asset = await env.ASSETS.fetch(new URL(url, origin))
    expect([url, asset.status]).toEqual([url, 200])
    await asset.body?.cancel()
  }
})

test("scripts and styles may be cached for ever, because their names contain a hash", async () => {
  const html = await (await SELF.fetch(`${origin}/`)).text()
  const script = /src="(\/assets\/[^"]+)"/.exec(html)?.[1] ?? ""
  const asset = await env.ASSETS.fetch(new URL(script, origin))
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
  await asset.body?.cancel()
})
