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
import { type CommandName, numberOf, parseCommandLine, photosQuery, type Values } from "./options.ts"
import { type SignedIn, signIn } from "./session/signed-in-client.ts"
import { usage } from "./usage.ts"

/** Runs a command and returns its exit code. @throws CommandError */
export const runCommand = async (args: readonly string[]): Promise<number> => {
  const parsed = parseCommandLine(args)
  if (!parsed) {
    process.stdout.write(usage)
    return exitCodes.safe
  }
  const { command, values, inputs } = parsed
  const baseUrl = baseUrlOf(values)
  if (command === "login") {
    const { email, "password-stdin": isPasswordOnStdin = false, register: isNew = false } = values
    await login({ email, isPasswordOnStdin, isNew, baseUrl })
    return exitCodes.safe
  }
  if (command === "logout") {
    await logout()
    return exitCodes.safe
  }
  const run = signedInCommands[command](values, inputs)
  const signedIn = await signIn(baseUrl)
  return Promise.race([run(signedIn), signedIn.sessionEnd])
}

const baseUrlOf = ({ "base-url": text }: Values): string | undefined => {
  if (text !== undefined && !/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ""))
    throw new CommandError("--base-url must be an http or https URL")
  return text?.replace(/\/$/, "")
}

type SignedInCommand = (values: Values, inputs: string[]) => (signedIn: SignedIn) => Promise<number>

/** Reads the options of each command, before anything else happens. */
const signedInCommands: Record<Exclude<CommandName, "login" | "logout">, SignedInCommand> = {
  upload: (values, inputs) => {
    const command = { inputs, mode: modeOf(values), options: uploadOptions(values) }
    return (signedIn) => upload(signedIn, { ...command, isDryRun: values["dry-run"] ?? false })
  },
  resume: (values, inputs) => {
    const command = { inputs, mode: modeOf(values), options: uploadOptions(values) }
    return (signedIn) => resume(signedIn, command)
  },
  status:
    ({ watch: isWatching = false, json: isJson = false }, [jobId]) =>
    ({ client }) =>
      status(client, { jobId, isWatching, isJson }),
  list: (values) => {
    const limit = numberOf("limit", values.limit, maxListed) ?? defaultListed
    const query = photosQuery(values)
    return ({ client }) => list(client, { query, limit, isJson: values.json ?? false })
  },
  download:
    ({ output: folder = ".", quiet: isQuiet = false }, photoIds) =>
    ({ client }) =>
      download(client, { photoIds, folder, isQuiet }),
  tag:
    ({ add = [], remove = [] }, photoIds) =>
    ({ client }) =>
      tag(client, { photoIds, add, remove }),
  delete:
    ({ yes: isConfirmed = false }, photoIds) =>
    ({ client }) =>
      deletePhotos(client, { photoIds, isConfirmed }),
  receipt:
    ({ format = "json", output }, [jobId]) =>
    ({ client }) =>
      receipt(client, { jobId, format, output }),
  verify:
    ({ "delete-verified": deleteVerified = false, yes: isConfirmed = false, json: isJson = false }, inputs) =>
    ({ client }) =>
      verify(client, { inputs, deleteVerified, isConfirmed, isJson }),
}

const modeOf = ({ json, quiet }: Values): DisplayMode => {
  if (json) return "json"
  if (quiet) return "quiet"
  return process.stdout.isTTY ? "bar" : "plain"
}

/** Photos that `list` prints by default, and at most. */
const defaultListed = 50
const maxListed = 1_000_000

/** More requests at once than in a browser: Node.js has no limit per host. */
const defaultConcurrency = 8

/** More would only compete for the same connection, and for file descriptors. */
const maxConcurrency = 64

const uploadOptions = (values: Values) => ({
  concurrency: numberOf("concurrency", values.concurrency, maxConcurrency) ?? defaultConcurrency,
  tags: values.tag ?? [],
  allowDuplicates: values["allow-duplicates"] ?? false,
  thumbnails: false,
})
