import { parseArgs } from "node:util"
import { isJobId, isPhotoId } from "../../domain/ids.ts"
import type { WorkQueue } from "../platform/work-queue.ts"
import { confirmOrphans } from "./bucket-sql.ts"
import { type ReconcileDependencies, reconcile } from "./reconcile.ts"
import { reopen } from "./reopen.ts"
import { type Selection, selectSystemStatus, unparkEvents } from "./sql.ts"

export type OperateDependencies = ReconcileDependencies & { workQueue: WorkQueue; signal: AbortSignal }

const defaultLimit = 1000

/** A command with its parsed arguments. Returns the result to print. */
export type Operation = (dependencies: OperateDependencies) => Promise<object>

type Command = {
  name: string
  /** The parameters in the usage text. */
  parameters: string
  summary: string
  /** Returns null if the arguments are invalid. */
  parse: (args: readonly string[]) => Operation | null
}

const withoutArguments = (operation: Operation) => (args: readonly string[]) =>
  args.length === 0 ? operation : null

const noSelection: Selection = { photoId: null, jobId: null, scope: null }

const commands: readonly Command[] = [
  {
    name: "status",
    parameters: "",
    summary:
      "Show photos by status, messages in the queue, events of each sink, and whether the sweep may delete",
    parse: withoutArguments(async ({ database, workQueue }) => {
      const [status, messages] = await Promise.all([database.run(selectSystemStatus, {}), workQueue.depth()])
      return { ...status, messages }
    }),
  },
  {
    name: "redrive",
    parameters: "",
    summary: "Process every photo again whose message is in the dead-letter queue",
    parse: withoutArguments((dependencies) =>
      reopen(dependencies, { ...noSelection, scope: "dead-lettered" }),
    ),
  },
  {
    name: "reprocess",
    parameters: "PHOTO_ID | JOB_ID | failed",
    summary: "Process failed photos again: one, those of a job, or all",
    parse: ([argument = "", ...rest]) => {
      const selection = rest.length === 0 ? selectionOf(argument) : null
      return selection && ((dependencies) => reopen(dependencies, selection))
    },
  },
  {
    name: "unpark",
    parameters: "",
    summary: "Attempt parked events again",
    parse: withoutArguments(({ database }) => database.run(unparkEvents, {})),
  },
  {
    name: "reconcile",
    parameters: "[--adopt] [--limit N]",
    summary: `List objects without a row and photos without an object, the first N (${defaultLimit}) of each; --adopt lets the sweep delete`,
    parse: (args) => {
      const options = reconcileOptionsOf(args)
      return options && ((dependencies) => reconcile(dependencies, options, dependencies.signal))
    },
  },
  {
    name: "confirm-orphans",
    parameters: "COUNT",
    summary: "Allow the sweep to delete up to COUNT objects without a row within a day",
    parse: ([argument, ...rest]) => {
      const count = rest.length === 0 ? wholeNumberOf(argument) : null
      return count === null ? null : ({ database }) => database.run(confirmOrphans, { count })
    },
  },
]

const width = Math.max(...commands.map(({ name, parameters }) => name.length + parameters.length)) + 3

/** The usage text: one line per command. */
export const usage = [
  "Usage: npm run ops -- COMMAND",
  ...commands.map(
    ({ name, parameters, summary }) => `  ${`${name} ${parameters}`.trim().padEnd(width)}${summary}`,
  ),
  `  ${"--help".padEnd(width)}Print this help`,
].join("\n")

/** Parses a command line. Returns null if the command does not exist or its arguments are invalid. */
export const operationOf = ([name, ...args]: readonly string[]): Operation | null =>
  commands.find((command) => command.name === name)?.parse(args) ?? null

const selectionOf = (argument: string): Selection | null => {
  if (argument === "failed") return { ...noSelection, scope: "failed" }
  if (isPhotoId(argument)) return { ...noSelection, photoId: argument }
  return isJobId(argument) ? { ...noSelection, jobId: argument } : null
}

const reconcileOptionsOf = (args: readonly string[]): { isAdopting: boolean; limit: number } | null => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { adopt: { type: "boolean", default: false }, limit: { type: "string" } },
    })
    const limit = values.limit === undefined ? defaultLimit : wholeNumberOf(values.limit)
    return limit === null ? null : { isAdopting: values.adopt, limit }
  } catch {
    return null
  }
}

const wholeNumberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null
