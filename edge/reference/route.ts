import { Hono } from "hono"
import type { EdgeEnv } from "../http/context.ts"
import { describeOperation } from "../http/operation-docs.ts"
import { documentOf } from "./document.ts"
import { pageOf } from "./page.ts"

const cacheControl = "public, max-age=300"

/** `/openapi.json` and the page that shows it. Both are made once in an isolate, at the first request for them. */
export const reference = (app: Hono<EdgeEnv>) => {
  const document = once(() => documentOf(app))
  const text = once(() => JSON.stringify(document()))
  const page = once(() => pageOf(document()))
  return new Hono<EdgeEnv>()
    .get("/openapi.json", describeDocument, (c) =>
      c.body(text(), 200, { "content-type": "application/json", "cache-control": cacheControl }),
    )
    .get("/docs", describePage, async (c) => {
      const { html, contentSecurityPolicy } = await page()
      c.header("content-security-policy", contentSecurityPolicy)
      c.header("cache-control", cacheControl)
      return c.html(html)
    })
}

const describeDocument = describeOperation("getOpenApi", {
  tag: "service",
  summary: "The OpenAPI document of this API",
  answers: { 200: { description: "This document.", contentType: "application/json" } },
})

const describePage = describeOperation("readDocs", {
  tag: "service",
  summary: "This reference as a page to read",
  answers: { 200: { description: "A page.", contentType: "text/html" } },
})

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
