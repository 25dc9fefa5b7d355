import { z } from "zod"
import type { DevTools } from "./devtools.ts"

const request = z.object({ request: z.object({ url: z.string() }) })
const failure = z.object({
  errorText: z.string(),
  canceled: z.boolean().optional(),
  blockedReason: z.string().optional(),
})
const exception = z.object({
  exceptionDetails: z.object({
    text: z.string(),
    exception: z.object({ description: z.string().optional() }).optional(),
  }),
})
const logEntry = z.object({
  entry: z.object({ level: z.string(), source: z.string(), text: z.string(), url: z.string().optional() }),
})
const consoleCall = z.object({
  type: z.string(),
  args: z.array(z.object({ value: z.unknown().optional(), description: z.string().optional() })),
})

/** Records every request of a page, and every error and warning of its console. */
export const recordProblems = async (devTools: DevTools) => {
  const requests: string[] = []
  const problems: string[] = []
  devTools.on("Network.requestWillBeSent", request, ({ request: { url } }) => requests.push(url))
  devTools.on("Network.loadingFailed", failure, ({ errorText, canceled, blockedReason }) => {
    if (!canceled) problems.push(`request failed: ${blockedReason ?? errorText}`)
  })
  devTools.on("Runtime.exceptionThrown", exception, ({ exceptionDetails: { text, exception: thrown } }) =>
    problems.push(`exception: ${thrown?.description ?? text}`),
  )
  // Violations of the Content-Security-Policy arrive here.
  devTools.on("Log.entryAdded", logEntry, ({ entry: { level, source, text, url = "" } }) => {
    if (level === "error" || level === "warning") problems.push(`${source} ${level}: ${text} ${url}`)
  })
  devTools.on("Runtime.consoleAPICalled", consoleCall, ({ type, args }) => {
    const text = args.map(({ value, description }) => String(value ?? description)).join(" ")
    if (type === "error" || type === "warning") problems.push(`console.${type}: ${text}`)
  })
  for (const domain of ["Page", "Network", "Runtime", "Log"]) await devTools.send(`${domain}.enable`)
  return { requests, problems }
}
