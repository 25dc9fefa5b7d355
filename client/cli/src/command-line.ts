import { parseArgs } from "node:util"
import type { PhotosQuery } from "rapid-photo-upload-sdk"
import { deletePhotos } from "./commands/delete.ts"
import { download } from "./commands/download.ts"
import { list } from "./commands/list.ts"
import { login } from "./commands/login.ts"
import { logout } from "./commands/logout.ts"
import { receipt } from "./commands/receipt.ts"
import { resume } from "./commands/resume.ts"
import { status } from "./commands/status.ts"
import { tag } from "./commands/tag.ts"
import { upload } from "./commands/upload.ts"
import { verify } from "./commands/verify.ts"
import type { DisplayMode } from "./display/upload-display.ts"
import { CommandError, exitCodes } from "./exit-codes.ts"
import { signedInClient } from "./session/signed-in-client.ts"
import { usage } from "./usage.ts"

const options = {
  "base-url": { type: "string" },
  help: { type: "boolean", short: "h" },
  email: { type: "string" },
  "password-stdin": { type: "boolean" },
  tag: { type: "string", multiple: true },
  concurrency: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  "allow-duplicates": { type: "boolean" },
  watch: { type: "boolean" },
  q: { type: "string" },
  status: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  limit: { type: "string" },
  output: { type: "string" },
  add: { type: "string", multiple: true },
  remove: { type: "string", multiple: true },
  yes: { type: "boolean" },
  format: { type: "string" },
  "delete-verified": { type: "boolean" },
} as const

type Parsed = ReturnType<typeof parse>

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}

/** Runs a command and returns its exit code. @throws CommandError */
export const runCommand = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = parse(args)
  const [command, ...inputs] = positionals
  if (values.help || command === undefined) {
    process.stdout.write(usage)
    return values.help ? exitCodes.safe : exitCodes.usage
  }
  if (command === "login") {
    const { email, "password-stdin": passwordStdin = false, "base-url": baseUrl } = values
    await login({ email, passwordStdin, baseUrl: baseUrl?.replace(/\/+$/, "") })
    return exitCodes.safe
  }
  if (command === "logout") {
    await logout()
    return exitCodes.safe
  }
  const run = signedInCommands[command]
  if (!run) throw new CommandError(`Unknown command ${command}\n\n${usage}`)
  return run(values, inputs)
}

type Values = Parsed["values"]

const clientOf = (values: Values) => signedInClient(values["base-url"]?.replace(/\/+$/, ""))

const signedInCommands: Record<string, (values: Values, inputs: string[]) => Promise<number>> = {
  upload: async (values, inputs) =>
    upload(await clientOf(values), {
      inputs,
      mode: modeOf(values),
      isDryRun: values["dry-run"] ?? false,
      options: uploadOptions(values),
    }),
  resume: async (values, inputs) =>
    resume(await clientOf(values), { inputs, mode: modeOf(values), options: uploadOptions(values) }),
  status: async (values, [jobId]) =>
    status(await clientOf(values), {
      jobId,
      isWatching: values.watch ?? false,
      isJson: values.json ?? false,
    }),
  list: async (values) =>
    list(await clientOf(values), {
      query: queryOf(values),
      limit: numberOf("limit", values.limit) ?? 50,
      isJson: values.json ?? false,
    }),
  download: async (values, photoIds) =>
    download(await clientOf(values), {
      photoIds,
      folder: values.output ?? ".",
      isQuiet: values.quiet ?? false,
    }),
  tag: async (values, photoIds) =>
    tag(await clientOf(values), { photoIds, add: values.add ?? [], remove: values.remove ?? [] }),
  delete: async (values, photoIds) =>
    deletePhotos(await clientOf(values), { photoIds, isConfirmed: values.yes ?? false }),
  receipt: async (values, [jobId]) =>
    receipt(await clientOf(values), { jobId, format: values.format ?? "json", output: values.output }),
  verify: async (values, inputs) =>
    verify(await clientOf(values), {
      inputs,
      deleteVerified: values["delete-verified"] ?? false,
      isConfirmed: values.yes ?? false,
      isJson: values.json ?? false,
    }),
}

const modeOf = ({ json, quiet }: Values): DisplayMode => {
  if (json) return "json"
  if (quiet) return "quiet"
  return process.stdout.isTTY ? "bar" : "plain"
}

/** More requests at once than in a browser: Node.js has no limit per host. */
const defaultConcurrency = 8

const uploadOptions = (values: Values) => ({
  concurrency: numberOf("concurrency", values.concurrency) ?? defaultConcurrency,
  tags: values.tag ?? [],
  allowDuplicates: values["allow-duplicates"] ?? false,
  thumbnails: false,
})

const queryOf = ({ tag: tags, q, status: photoStatus, from, to }: Values): PhotosQuery => ({
  ...(tags?.[0] !== undefined && { tag: tags[0] }),
  ...(q !== undefined && { q }),
  ...(photoStatus !== undefined && {
    status: photoStatus.toUpperCase() as NonNullable<PhotosQuery["status"]>,
  }),
  ...(from !== undefined && { takenFrom: from }),
  ...(to !== undefined && { takenTo: to }),
})

const numberOf = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new CommandError(`--${name} must be a whole number above 0`)
  return number
}
