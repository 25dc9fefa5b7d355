import { Hono } from "hono"
import type { EdgeEnv } from "../http/context.ts"
import { htmlPage } from "../http/operation-docs.ts"
import { pagePolicy } from "./page-policy.ts"

/** The path of the built HTML among the static assets. A path that is not "/", so that "/" reaches the Worker. */
const asset = "/web/page"

/** The paths of the web page; client/web/src/ui/routes.ts parses them. */
const paths = ["/", "/photos/:photoId", "/uploads", "/uploads/:jobId"]

/**
 * The web page. The Worker serves its HTML, because the Content-Security-Policy names the configured object storage; its
 * scripts and styles are static assets.
 */
export const webPage = new Hono<EdgeEnv>().on("GET", paths, htmlPage, async (c) => {
  const { config } = c.var
  const { headers, body, status } = await config.assets.fetch(new URL(asset, c.req.url))
  const page = new Response(body, { status, headers: { "content-type": headers.get("content-type") ?? "" } })
  page.headers.set("content-security-policy", pagePolicy(new URL(c.req.url), config.s3.endpoint))
  page.headers.set("cross-origin-opener-policy", "same-origin")
  // A new release has new names of scripts.
  page.headers.set("cache-control", "no-cache")
  return page
})
