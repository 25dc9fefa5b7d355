import { html, raw } from "hono/html"
import type { Content, OpenApi, OperationObject, Parameter, Reference } from "./openapi.ts"
import { limitsOf, rowsOf, typeOf } from "./schema-rows.ts"

type Html = ReturnType<typeof html>

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 2rem 1rem 6rem }
a { color: inherit } h1, h2 { line-height: 1.2 } h2 { margin-top: 3rem; text-transform: capitalize }
article { border-top: 1px solid var(--line); padding: 1rem 0 } h3 { margin: 0; font-size: 1.05rem }
h4 { margin: 1rem 0 .25rem; font-size: .9rem } code { font: .9em ui-monospace, monospace }
.method { font-weight: 700; text-transform: uppercase } .muted { opacity: .75 } nav li { margin: .15rem 0 }
table { border-collapse: collapse; width: 100%; font-size: .875rem }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid var(--line) }
td { overflow-wrap: anywhere } summary { cursor: pointer }
@media (max-width: 40rem) { table { display: block; overflow-x: auto } td { overflow-wrap: normal } }`

/** The document as a page to read: no script, nothing from elsewhere, so its policy can forbid both. */
export const pageOf = async (document: OpenApi): Promise<{ html: string; contentSecurityPolicy: string }> => {
  const page = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${document.info.title}: reference</title>
<style>${raw(style)}</style>
<header><h1>${document.info.title}</h1>
${document.info.description.split("\n\n").map((text) => html`<p>${text}</p>`)}
<p><a href="openapi.json">openapi.json</a> says the same to programs.</p></header>
<nav aria-label="Operations">${document.tags.map(({ name }) => contentsOf(document, name))}</nav>
<main>${document.tags.map(({ name, description }) => section(document, name, description))}</main>
</html>`
  return {
    html: String(await page),
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${await sha256(style)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  }
}

const operationsOf = (document: OpenApi, tag: string) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ method, path, operation })),
  )

const contentsOf = (document: OpenApi, tag: string): Html =>
  html`<h4>${tag}</h4><ul>${operationsOf(document, tag).map(
    ({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`,
  )}</ul>`

const section = (document: OpenApi, tag: string, about: string): Html => html`<section>
<h2>${tag}</h2><p>${about}</p>
${operationsOf(document, tag).map(({ method, path, operation }) => article(document, method, path, operation))}
</section>`

const article = (document: OpenApi, method: string, path: string, operation: OperationObject): Html => html`
<article id="${operation.operationId}">
<h3><code><span class="method">${method}</span> ${path}</code></h3>
<p>${operation.summary}. <span class="muted">${access(operation)}</span></p>
${operation.description === undefined ? "" : html`<p>${operation.description}</p>`}
${parameters(document, operation)}
${operation.requestBody ? html`<h4>Request body</h4>${content(document, operation.requestBody.content)}` : ""}
<h4>Answers</h4>
${Object.entries(operation.responses).map(
  ([
    status,
    { description, content: body, headers = {} },
  ]) => html`<details><summary><strong>${status}</strong> ${description}</summary>
${Object.keys(headers).length > 0 ? html`<p class="muted">Headers: ${Object.keys(headers).join(", ")}</p>` : ""}
${body ? content(document, body) : ""}</details>`,
)}
</article>`

const access = ({ security: [first] }: OperationObject): string => {
  if (!first) return "Anybody may call."
  return "bearer" in first
    ? `Needs an access token with ${(first.bearer ?? []).join(", ")}.`
    : "Needs e-mail address and password (HTTP Basic)."
}

const parameters = (document: OpenApi, operation: OperationObject): Html | string => {
  const found = (operation.parameters ?? []).flatMap((each) => resolve(document, each) ?? [])
  if (found.length === 0) return ""
  return html`<h4>Parameters</h4>${table(
    found.map(({ name, in: place, required, schema, description = "" }) => ({
      name: `${name} (${place})`,
      type: typeOf(schema),
      isRequired: required,
      about: [description, limitsOf(schema)].filter((text) => text !== "").join(" "),
    })),
  )}`
}

const resolve = (document: OpenApi, parameter: Parameter | Reference): Parameter | undefined =>
  "$ref" in parameter
    ? document.components.parameters[parameter.$ref.replace("#/components/parameters/", "")]
    : parameter

const content = (document: OpenApi, body: Content): Html =>
  html`${Object.entries(body).map(([type, { schema = {} }]) => {
    const { allOf: [general = {}, particular = {}] = [] } = schema
    const { enum: types = [] } = particular.properties?.type ?? {}
    const rows = rowsOf(schema.allOf ? general : schema, document.components.schemas)
    return html`<p><code>${type}</code></p>
${types.length > 0 ? html`<p><code>type</code> is ${types.join(" or ")}.</p>` : ""}
${rows.length > 0 ? table(rows) : ""}`
  })}`

const table = (rows: ReturnType<typeof rowsOf>): Html => html`<table>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Required</th><th scope="col">About</th></tr></thead>
<tbody>${rows.map(
  ({ name, type, isRequired, about }) =>
    html`<tr><td><code>${name}</code></td><td>${type}</td><td>${isRequired ? "yes" : ""}</td><td>${about}</td></tr>`,
)}</tbody></table>`

const sha256 = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}
