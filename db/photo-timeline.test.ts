import { glob } from "node:fs/promises"
import { join } from "node:path"
import postgres from "postgres"
import { expect, inject, test } from "vitest"
import { timelineKinds } from "../domain/photo-timeline.ts"
import type { Statement } from "./statement.ts"

const repository = join(import.meta.dirname, "..")

/** Returns the text of every statement of edge and processor. */
const statementTexts = async (): Promise<string[]> => {
  const texts: string[] = []
  for await (const file of glob("{edge,processor}/**/*sql.ts", { cwd: repository })) {
    const exports: Record<string, Partial<Statement<unknown, unknown>>> = await import(join(repository, file))
    for (const { text } of Object.values(exports)) if (typeof text === "string") texts.push(text)
  }
  return texts
}

/** Returns the kinds that a statement inserts as a constant: the second column of `insert into photo_timeline`. */
const kindsWrittenBy = (text: string): string[] =>
  Array.from(
    text.matchAll(
      /insert into photo_timeline \(photo_id, kind[^)]*\)\s*select (?:\w+\.)?photo_id, ('?\w+'?)/g,
    ),
    ([, kind = ""]) => kind,
  )

test("every kind that a statement inserts into the timeline is defined in the domain", async () => {
  const texts = await statementTexts()
  const written = texts.flatMap(kindsWrittenBy)
  const inserts = texts.flatMap((text) => text.match(/insert into photo_timeline/g) ?? [])
  expect(written).toHaveLength(inserts.length)
  // `status` is the column of transitionEffects that contains the photo's new status.
  const kinds = new Set(written.filter((kind) => kind !== "status").map((kind) => kind.replaceAll("'", "")))
  expect(kinds).toEqual(new Set(["ATTEMPT_STARTED", "ATTEMPT_FAILED", "REPROCESSING", "DELETED"]))
  for (const kind of kinds) expect(timelineKinds).toContain(kind)
})

test("the database rejects a timeline entry of an unknown kind", async () => {
  const rows = postgres(inject("environment").databaseUrl, { max: 1 })
  try {
    for (const kind of timelineKinds)
      await rows`insert into photo_timeline (photo_id, kind) values ('ph_unknown', ${kind})`
    await expect(rows`
      insert into photo_timeline (photo_id, kind) values ('ph_unknown', 'OTHER')`).rejects.toThrow(
      "photo_timeline_kind",
    )
  } finally {
    await rows`delete from photo_timeline where photo_id = 'ph_unknown'`
    await rows.end()
  }
})
