import type { z } from "zod"
import { workerVariables } from "../edge/config.ts"
import { processorVariables } from "../processor/platform/config.ts"

/** Every variable of the Worker and the processor, with its default. */
export const configurationPage = (): string => `\
<!-- Written by \`npm run docs\` from edge/config.ts and processor/platform/config.ts. -->

# Configuration

Variables are parsed at the start: what is missing or wrong is named, and nothing runs. \`npm start\` fills them all.

## The edge

In wrangler.toml; secrets with \`wrangler secret put NAME\`.

${table(workerVariables)}
## The processor

In the environment.

${table(processorVariables)}`

const table = (variables: z.ZodObject): string => {
  const rows = Object.entries(variables.shape).map(([name, schema]) => {
    if (!schema.description) throw new Error(`${name} needs a describe(…)`)
    return `| \`${name}\` | ${defaultOf(schema)} | ${schema.description} |\n`
  })
  return `| variable | default | what it means |\n|---|---|---|\n${rows.join("")}`
}

const defaultOf = (schema: z.core.$ZodType): string => {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === "default") return `\`${show(def.defaultValue)}\``
  if (def.type === "optional") return "none"
  if (def.type === "pipe") return defaultOf(def.in)
  return "**required**"
}

const show = (value: unknown): string => (value === "" ? '""' : String(value))
