import { expect, test } from "vitest"
import * as z from "zod"
import { openEdgeDatabase } from "../db/edge.ts"
import { statementOf } from "../db/statement.ts"
import { DatabaseUnavailable } from "../domain/outage.ts"
import { config } from "./testing/test-api.ts"

const selectOne = statementOf<object>()(z.number(), "select 1 as result")

test("a database that refuses connections is unavailable", async () => {
  // Nothing listens on port 1.
  const database = openEdgeDatabase("postgres://user:password@127.0.0.1:1/photos")
  await expect(database.run(selectOne, {})).rejects.toThrow(DatabaseUnavailable)
})

test("a connection that the server closes during a statement is an outage", async () => {
  const database = openEdgeDatabase(config.databaseUrl)
  const closeOwn = statementOf<object>()(
    z.unknown(),
    "select pg_terminate_backend(pg_backend_pid()) as result",
  )
  await expect(database.run(closeOwn, {})).rejects.toThrow(DatabaseUnavailable)
})

test("a database can be closed while idle, and more than once", async () => {
  const database = openEdgeDatabase(config.databaseUrl)
  await database.close()
  expect(await database.run(selectOne, {})).toBe(1)
  await database.close()
  await database.close()
})
