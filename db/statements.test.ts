import { glob, readFile } from "node:fs/promises"
import { join } from "node:path"
import postgres from "postgres"
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest"
import type * as z from "zod"
import { photoStatuses } from "../domain/photo-status.ts"
import { newId } from "../edge/new-id.ts"
import { selectPhotoMonths } from "../edge/queries/list-photo-months/sql.ts"
import { selectPhotos } from "../edge/queries/list-photos/sql.ts"
import type { Statement } from "./statement.ts"

// Parses and plans every statement of edge and processor on the migrated schema, so that a migration that breaks a
// statement fails here. See docs/decisions/0022-statements-in-sql.md.

type Written = { file: string; text: string; output: z.ZodType }

const recorder = vi.hoisted(() => ({ written: [] as { file: string; text: string; output: unknown }[] }))

vi.mock("./statement.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("./statement.ts")>()
  const statementOf = () => (output: unknown, text: string) => {
    const file = /\/((?:edge|processor)\/[^:?)]+\.ts)/.exec(new Error().stack ?? "")?.[1] ?? "unknown"
    recorder.written.push({ file, text, output })
    return { text, output }
  }
  return { ...original, statementOf }
})

const root = join(import.meta.dirname, "..")

/** The source files that write statements, with the number of statements in their text. */
const filesWithStatements = async (): Promise<Map<string, number>> => {
  const found = new Map<string, number>()
  for await (const file of glob("{edge,processor}/**/*.ts", { cwd: root })) {
    if (file.endsWith(".test.ts")) continue
    const statements = (await readFile(join(root, file), "utf8")).match(/\bstatementOf(<|\()/g)
    if (statements) found.set(file, statements.length)
  }
  return found
}

/** Builds the statements that depend on their arguments, with every kind of argument. */
const buildStatements = () => {
  const dates = [null, "2026-01-01"]
  for (const tagKey of [null, "sea"])
    for (const q of [null, "img"])
      for (const status of [null, ...photoStatuses])
        for (const takenFrom of dates)
          for (const takenTo of dates) {
            const filters = { tagKey, q, status, takenFrom, takenTo }
            selectPhotos({ ...filters, sort: "uploaded", jobId: null })
            selectPhotos({ ...filters, sort: "taken", jobId: null })
            selectPhotoMonths(filters)
          }
}

let files: Map<string, number>
let sql: postgres.Sql
beforeAll(async () => {
  sql = postgres(inject("environment").databaseUrl, { max: 1 })
  files = await filesWithStatements()
  for (const file of files.keys()) await import(join(root, file))
  buildStatements()
}, 60_000)
afterAll(() => sql.end())

/** Returns the recorded statements without duplicates. */
const statements = (): Written[] => {
  const byText = new Map(recorder.written.map((each) => [each.text, each as Written]))
  return [...byText.values()]
}

test("every statement in the source is recorded", () => {
  const recorded = Map.groupBy(statements(), ({ file }) => file)
  const missing = [...files].filter(([file, count]) => (recorded.get(file)?.length ?? 0) < count)
  expect(missing).toEqual([])
  expect(statements().length).toBeGreaterThan(50)
})

test("every statement of edge and processor is valid on the migrated schema", async () => {
  const failures: string[] = []
  for (const { file, text } of statements()) {
    // The processor sends it in this form: the document is a parameter.
    const prepared = `prepare statement (text) as ${text.replaceAll("$1", () => "$1::text")}`
    try {
      await sql.unsafe(prepared).simple()
      const [plan] = await sql.unsafe("explain execute statement ('{}')").simple()
      if (!plan) failures.push(`${file}: no plan`)
      await sql.unsafe("deallocate statement").simple()
    } catch (error) {
      failures.push(`${file}: ${error}`)
      await sql.unsafe("deallocate all").simple()
    }
  }
  expect(failures).toEqual([])
})

test("every statement of the edge returns its declared type for a user without data", async () => {
  const userId = newId.user()
  await sql`insert into users (user_id, email, password_hash) values (${userId}, ${`${userId}@example.com`}, 'none')`
  const input = {
    userId,
    jobId: newId.job(),
    photoId: newId.photo(),
    endpointId: newId.endpoint(),
    before: null,
    offset: 0,
    limit: 51,
    knownTags: [],
  }
  const failures: string[] = []
  for (const { file, text, output } of statements().filter((each) => each.file.startsWith("edge/queries/"))) {
    const [row] = await sql.unsafe(
      text.replaceAll("$1", () => "$1::text"),
      [JSON.stringify(input)],
    )
    const { error } = output.safeParse(row?.result)
    if (error) failures.push(`${file}: ${error.message}`)
  }
  expect(failures).toEqual([])
})

test("a statement that is not valid on the schema is reported", async () => {
  const misspelt: Pick<Statement<unknown, unknown>, "text"> = {
    text: "select jsonb_build_object('id', photo_identifier) as result from photos",
  }
  await expect(sql.unsafe(`prepare misspelt (text) as ${misspelt.text}`).simple()).rejects.toThrow(
    'column "photo_identifier" does not exist',
  )
})
