import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { testStorage } from "../../local/test-environment.ts"
import { openSweepFixture, type SweepFixture } from "./testing/sweep-fixture.ts"

let fixture: SweepFixture
beforeAll(async () => {
  fixture = await openSweepFixture({ ...inject("environment"), ...testStorage })
}, 120_000)
afterAll(() => fixture?.close())

/** The names of the audit log's partitions by month, counted from this one. */
const partitions = async (): Promise<number[]> => {
  const found = await fixture.rows`
    select (extract(year from month - this_month) * 12 + extract(month from month - this_month))::int as months
    from (
      select age(to_date(right(c.relname, 7), 'YYYY_MM'), '2000-01-01') as month,
        age(date_trunc('month', now() at time zone 'UTC'), '2000-01-01') as this_month
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'audit_log'::regclass and c.relname <> 'audit_log_default'
    ) as found order by months`
  return found.map(({ months }) => months)
}

test("a sweep creates the audit log's partitions two months ahead and drops those past 13 months", async () => {
  await fixture.rows`
    insert into audit_log (user_id, action, outcome, occurred_at)
    select 'usr_1', 'test', 'done', date_trunc('month', now() at time zone 'UTC') + interval '14 days' + months * interval '1 month'
    from unnest(array[-15, -14, -13, -1]) months`
  const dropped = await fixture.rows`
    select format('drop table %I', c.relname) as statement from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'audit_log'::regclass and c.relname <> 'audit_log_default'`
  for (const { statement } of dropped) await fixture.rows.unsafe(statement)

  await fixture.sweep()
  await fixture.sweep()

  expect(await partitions()).toEqual(expect.arrayContaining([0, 1, 2]))
  expect(Math.min(...(await partitions()))).toBeGreaterThanOrEqual(-13)
  const [left] = await fixture.rows`select count(*)::int from audit_log`
  expect(left?.count).toBe(2)
  expect(fixture.errors()).toEqual([])
})
