import type { Hono } from "hono"
import type { EdgeEnv } from "../http/context.ts"
import { factsOf, tags } from "../http/operation-docs.ts"
import { commonComponents } from "./components.ts"
import { introduction } from "./introduction.ts"
import type { OpenApi } from "./openapi.ts"
import { type DescribedRoute, operationOf, tagName } from "./operation.ts"

/**
 * Creates the OpenAPI document of an app from the schemas that validate requests and responses and from the
 * descriptions of its routes. The Worker does not import this: docs/generate.ts writes the document to a file that is
 * served as a static asset.
 */
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
      title: "RapidPhotoUpload API",
      version: "0.1.0",
      summary: "Upload hundreds of photos at once and follow each one until it is ready.",
      description: introduction,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The deployment that serves this document" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name: tagName(name), description })),
    paths,
    components: { ...components, ...usedBy(paths, components) },
  }
}

const usedBy = (paths: OpenApi["paths"], { headers, parameters, examples }: OpenApi["components"]) => {
  const text = JSON.stringify(paths)
  const used = <Component>(kind: string, named: Record<string, Component>) =>
    Object.fromEntries(
      Object.entries(named).filter(([name]) => text.includes(`"#/components/${kind}/${name}"`)),
    )
  return {
    headers: used("headers", headers),
    parameters: used("parameters", parameters),
    examples: used("examples", examples),
  }
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
      return facts.some(({ isPage }) => isPage) ? [] : [{ method: method.toLowerCase(), path, facts }]
    },
  )
}
