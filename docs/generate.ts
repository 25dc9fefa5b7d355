import { mkdir, readFile, writeFile } from "node:fs/promises"
import { openApiTypes } from "../client/sdk/openapi-types.ts"
import { app } from "../edge/app.ts"
import { documentOf } from "../edge/reference/document.ts"
import { configurationPage } from "./configuration-page.ts"
import { eventSchemas, eventsPage } from "./events-page.ts"
import { problemsPage } from "./problems-page.ts"

// `node docs/generate.ts` writes the pages that are generated from the source; `--check` lists the stale ones.
const openApi = `${JSON.stringify(documentOf(app), null, 2)}\n`

const pages: Record<string, string> = {
  "openapi.json": openApi,
  "../client/sdk/src/api/openapi.ts": await openApiTypes(openApi),
  "problems.md": problemsPage(),
  "configuration.md": configurationPage(),
  "events.md": eventsPage(),
  ...eventSchemas(),
}

const isCheck = process.argv.includes("--check")

for (const [name, text] of Object.entries(pages)) {
  const url = new URL(name, import.meta.url)
  const isFresh = (await readFile(url, "utf8").catch(() => "")) === text
  if (isFresh) continue
  if (isCheck) {
    process.exitCode = 1
    process.stderr.write(`docs/${name} is stale: run npm run docs\n`)
  } else {
    await mkdir(new URL(".", url), { recursive: true })
    await writeFile(url, text)
    process.stdout.write(`docs/${name} written\n`)
  }
}
