import { parseArgs } from "node:util"
import type { PhotosQuery } from "rapid-photo-upload-sdk"
import { CommandError } from "./exit-codes.ts"
import { usage } from "./usage.ts"

const options = {
  "base-url": { type: "string" },
  help: { type: "boolean", short: "h" },
  email: { type: "string" },
  "password-stdin": { type: "boolean" },
  register: { type: "boolean" },
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

type Option = keyof typeof options

/** What each command accepts: its options, and at most how many arguments. */
const commands = {
  login: { options: ["email", "password-stdin", "register"], maxInputs: 0 },
  logout: { options: [], maxInputs: 0 },
  upload: {
    options: ["tag", "concurrency", "dry-run", "json", "quiet", "allow-duplicates"],
    maxInputs: Number.POSITIVE_INFINITY,
  },
  resume: {
    options: ["tag", "concurrency", "json", "quiet", "allow-duplicates"],
    maxInputs: Number.POSITIVE_INFINITY,
  },
  status: { options: ["watch", "json"], maxInputs: 1 },
  list: { options: ["tag", "q", "status", "from", "to", "limit", "json"], maxInputs: 0 },
  download: { options: ["output", "quiet"], maxInputs: Number.POSITIVE_INFINITY },
  tag: { options: ["add", "remove"], maxInputs: Number.POSITIVE_INFINITY },
  delete: { options: ["yes"], maxInputs: Number.POSITIVE_INFINITY },
  receipt: { options: ["format", "output"], maxInputs: 1 },
  verify: { options: ["delete-verified", "yes", "json"], maxInputs: Number.POSITIVE_INFINITY },
} as const satisfies Record<string, { options: readonly Option[]; maxInputs: number }>

export type CommandName = keyof typeof commands

export type Values = ReturnType<typeof parse>["values"]

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}

const usageError = (message: string): CommandError => new CommandError(`${message}\n\n${usage}`)

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)

/** Reads a command line. Null for `--help`. @throws CommandError if it is wrong */
export const parseCommandLine = (
  args: readonly string[],
): { command: CommandName; values: Values; inputs: string[] } | null => {
  const { values, positionals } = parse(args)
  const [command, ...inputs] = positionals
  if (values.help) return null
  if (command === undefined) throw usageError("Name a command.")
  if (!isCommand(command)) throw usageError(`Unknown command ${command}.`)
  const { options: accepted, maxInputs } = commands[command]
  const known: readonly string[] = ["base-url", ...accepted]
  const wrong = Object.keys(values).find((name) => !known.includes(name))
  if (wrong !== undefined) throw usageError(`${command} has no option --${wrong}.`)
  if (inputs.length > maxInputs) throw usageError(`${command} accepts no argument ${inputs[maxInputs]}.`)
  if (values.json && values.quiet) throw usageError("--json and --quiet exclude each other.")
  return { command, values, inputs }
}

/** Reads a whole number. @throws CommandError if it is not between 1 and `max` */
export const numberOf = (name: string, text: string | undefined, max: number): number | undefined => {
  if (text === undefined) return undefined
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > max)
    throw new CommandError(`--${name} must be a whole number from 1 to ${max}`)
  return number
}

const photoStatuses = [
  "QUEUED",
  "UPLOADING",
  "PROCESSING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "DUPLICATE",
] as const satisfies readonly NonNullable<PhotosQuery["status"]>[]

/** The filter of `list`. @throws CommandError */
export const photosQuery = ({ tag: tags = [], q, status, from, to }: Values): PhotosQuery => {
  if (tags.length > 1) throw new CommandError("list accepts one --tag")
  const photoStatus = photoStatuses.find((name) => name === status?.toUpperCase())
  if (status !== undefined && !photoStatus)
    throw new CommandError(`--status is one of ${photoStatuses.join(", ")}`)
  return {
    ...(tags[0] !== undefined && { tag: tags[0] }),
    ...(q !== undefined && { q }),
    ...(photoStatus && { status: photoStatus }),
    ...(from !== undefined && { takenFrom: from }),
    ...(to !== undefined && { takenTo: to }),
  }
}
