import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { testStorage } from "../../local/test-environment.ts"
import { prune } from "./prune-sql.ts"
import { openSweepFixture, type SweepFixture } from "./testing/sweep-fixture.ts"

let fixture: SweepFixture
beforeAll(async () => {
  fixture = await openSweepFixture({ ...inject("environment"), ...testStorage })
}, 120_000)
afterAll(() => fixture?.close())

test("pruning deletes exactly the rows past their retention", async () => {
  const { rows, database } = fixture
  await rows`insert into users (user_id, email, password_hash) values ('usr_1', 'usr_1', 'none')`
  await rows`
    insert into idempotency_keys (user_id, idempotency_key, fingerprint, job_id, created_at)
    select 'usr_1', age, '', 'job', now() - age::interval from unnest(array['23 hours', '25 hours', '9 days']) age`
  await rows`
    insert into refresh_families (family_id, user_id, generation, expires_at)
    select age, 'usr_1', 1, now() - age::interval from unnest(array['-1 day', '59 minutes', '61 minutes']) age`
  await rows`
    insert into webhook_endpoints (endpoint_id, user_id, url, secret)
    values ('whe_1', 'usr_1', 'https://example.com', 'whsec_')`
  await rows`
    insert into webhook_deliveries (endpoint_id, event_id, event, status, created_at)
    select 'whe_1', status || age, '{}', status, now() - age::interval
    from unnest(array['PENDING', 'DELIVERED', 'FAILED']) status, unnest(array['29 days', '31 days']) age`

  const deleted = await database.run(prune, { eventDays: 7, deliveryDays: 30 })

  expect(deleted).toEqual({ idempotencyKeys: 2, refreshFamilies: 1, events: 0, deliveries: 2 })
  expect(await database.run(prune, { eventDays: 7, deliveryDays: 30 })).toEqual({
    idempotencyKeys: 0,
    refreshFamilies: 0,
    events: 0,
    deliveries: 0,
  })
  const left = await rows`select event_id from webhook_deliveries order by event_id`
  expect(left.map(({ event_id }) => event_id)).toEqual([
    "DELIVERED29 days",
    "FAILED29 days",
    "PENDING29 days",
    "PENDING31 days",
  ])
})
