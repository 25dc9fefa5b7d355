import type { Hono } from "hono"
import type { EdgeEnv } from "../http/context.ts"
import { factsOf, tags } from "../http/operation-docs.ts"
import { commonComponents } from "./components.ts"
import type { OpenApi } from "./openapi.ts"
import { type DescribedRoute, operationOf } from "./operation.ts"

const description = `\
Photos go from the device to the object storage; this API promises, follows and settles. A batch is \
\`POST /commands/upload-jobs\`, a PUT to each presigned URL, a finalize for each photo, and a look at the job until it is \
\`terminal\`.

Every answer has a \`traceparent\` (W3C Trace Context), and continues the caller's when one was sent. Everything that \
goes wrong is an \`application/problem+json\` (RFC 9457). Members may be added to answers: don't mind those you don't know.`

/** The OpenAPI document of an app, out of the schemas that validate and the descriptions of its routes. */
export const documentOf = (app: Hono<EdgeEnv>): OpenApi => {
  const components = commonComponents()
  const paths: OpenApi["paths"] = {}
  for (const route of describedRoutes(app)) {
    const template = route.path.replaceAll(/:(\w+)(\{[^}]*\})?/g, "{$1}")
    paths[template] = { ...paths[template], [route.method]: operationOf(route, components.schemas) }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "RapidPhotoUpload",
      version: "1.0.0",
      summary: "Hundreds of photos, safely in the cloud now.",
      description,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "Where this document came from." }],
    tags: Object.entries(tags).map(([name, about]) => ({ name, description: about })),
    paths,
    components: { ...components, ...usedBy(paths, components) },
  }
}

const usedBy = (paths: OpenApi["paths"], { headers, parameters }: OpenApi["components"]) => {
  const text = JSON.stringify(paths)
  const used = <Component>(kind: string, named: Record<string, Component>) =>
    Object.fromEntries(
      Object.entries(named).filter(([name]) => text.includes(`"#/components/${kind}/${name}"`)),
    )
  return { headers: used("headers", headers), parameters: used("parameters", parameters) }
}

const describedRoutes = (app: Hono<EdgeEnv>): DescribedRoute[] => {
  const middleware = app.routes.filter(({ method }) => method === "ALL")
  const handlers = app.routes.filter(({ method }) => method !== "ALL")
  return Array.from(Map.groupBy(handlers, ({ method, path }) => `${method} ${path}`).values()).flatMap(
    ([first, ...more]) => {
      if (!first) return []
      const { method, path } = first
      const before = middleware.filter((each) => path.startsWith(each.path.replace(/\*$/, "")))
      const facts = [...before, first, ...more].map(({ handler }) => factsOf(handler))
      return [{ method: method.toLowerCase(), path, facts }]
    },
  )
}
