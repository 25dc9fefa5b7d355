import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { createOwnDatabase, type OwnDatabase } from "./testing/own-database.ts"

// Tests of the audit log's partitions. They use a separate database, because they drop partitions.

let database: OwnDatabase
beforeAll(async () => {
  database = await createOwnDatabase(inject("environment").databaseUrl)
})
afterAll(() => database?.drop())

const partitions = async (): Promise<string[]> => {
  const found = await database.sql`
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'audit_log'::regclass order by c.relname`
  return found.map(({ relname }) => relname)
}

/** Returns the name of the partition of a month, relative to the current month. */
const partitionOf = async (months: number): Promise<string> => {
  const [row] = await database.sql`
    select 'audit_log_' || to_char(now() at time zone 'UTC' + ${months}::int * interval '1 month', 'YYYY_MM') as name`
  return String(row?.name)
}

/** Writes a row dated `months` after the current month, and returns the partition that contains it. */
const write = async (months: number): Promise<string> => {
  const [row] = await database.sql`
    insert into audit_log (user_id, action, outcome, occurred_at)
    values ('usr_1', 'test', 'done', date_trunc('month', now()) + interval '14 days' + ${months}::int * interval '1 month')
    returning tableoid::regclass::text as partition`
  return String(row?.partition)
}

const maintain = async (ahead: number, kept: number) => {
  const [row] = await database.sql`select maintain_audit_log(${ahead}, ${kept}) as counts`
  return row?.counts
}

test("this month and the next two have partitions after the migration", async () => {
  expect(await partitions()).toEqual(
    expect.arrayContaining([
      await partitionOf(0),
      await partitionOf(1),
      await partitionOf(2),
      "audit_log_default",
    ]),
  )
  expect(await write(0)).toBe(await partitionOf(0))
})

test("a row of a month without a partition is stored, and is moved to the partition when it is created", async () => {
  expect(await write(5)).toBe("audit_log_default")
  const before = await database.sql`select * from audit_log order by audit_id`
  expect(await maintain(2, 13)).toMatchObject({ created: 1 })
  expect(await partitions()).toContain(await partitionOf(5))
  expect(await database.sql`select * from audit_log order by audit_id`).toEqual(before)
  expect(await database.sql`select from audit_log_default`).toHaveLength(0)
  expect(await write(5)).toBe(await partitionOf(5))
})

test("months past the retention are dropped with their rows, and the others are kept", async () => {
  for (const months of [-14, -13, -1]) await write(months)
  await maintain(2, 100)
  expect(await partitions()).toContain(await partitionOf(-14))
  expect(await maintain(2, 13)).toMatchObject({ created: 0, dropped: 1 })
  expect(await partitions()).not.toContain(await partitionOf(-14))
  expect(await partitions()).toEqual(expect.arrayContaining([await partitionOf(-13), await partitionOf(-1)]))
  expect(await maintain(2, 13)).toEqual({ created: 0, dropped: 0, unknownIdRequests: 0 })
})

describe("no statement can change or delete rows", () => {
  test.each(["the log", "a month's partition", "the default partition"])("in %s", async (where) => {
    await write(0)
    const table =
      where === "the log"
        ? "audit_log"
        : where === "the default partition"
          ? "audit_log_default"
          : await partitionOf(0)
    for (const statement of [
      `update ${table} set outcome = 'x'`,
      `delete from ${table}`,
      `truncate ${table}`,
    ])
      await expect(database.sql.unsafe(statement)).rejects.toThrow("append-only")
  })
})
