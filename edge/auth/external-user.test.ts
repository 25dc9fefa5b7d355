import { expect, test } from "vitest"
import type { Database } from "../../db/statement.ts"
import { isUserId } from "../../domain/ids.ts"
import { ensureExternalUser } from "./external-user.ts"
import { externalUserId } from "./external-user-id.ts"

const issuer = "https://login.example.com"

test("a foreign user has the same id for ever: photos hang on it", async () => {
  expect(await externalUserId(issuer, "alice")).toBe("usr_5M9D55NSG637E0HY6NX4A85ESP")
})

test("a foreign user's id is one of ours, and another for each issuer and subject", async () => {
  const subjects = Array.from({ length: 200 }, (_, number) => `subject-${number}`)
  const ids = await Promise.all(
    [issuer, "https://elsewhere.example.com"].flatMap((from) =>
      subjects.map((subject) => externalUserId(from, subject)),
    ),
  )
  expect(ids.every(isUserId)).toBe(true)
  expect(new Set(ids).size).toBe(400)
})

test("a foreign user's row costs an isolate one statement, and another one only if that failed", async () => {
  const subject = crypto.randomUUID()
  const principal = { userId: await externalUserId(issuer, subject), scopes: [], issuer, subject }
  let isUp = false
  let statements = 0
  const database: Database = {
    run: async ({ output }) => {
      statements += 1
      if (!isUp) throw new Error("down")
      return output.parse({ isNew: true })
    },
  }
  await expect(ensureExternalUser(database, principal)).rejects.toThrow("down")
  isUp = true
  for (let time = 0; time < 3; time += 1) await ensureExternalUser(database, principal)
  expect(statements).toBe(2)
})
