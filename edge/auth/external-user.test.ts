import { expect, test } from "vitest"
import type { Database } from "../../db/statement.ts"
import { isUserId } from "../../domain/ids.ts"
import { ensureExternalUser } from "./external-user.ts"
import { externalUserId } from "./external-user-id.ts"

const issuer = "https://login.example.com"

test("the id of an external user never changes, because photos refer to it", async () => {
  expect(await externalUserId(issuer, "alice")).toBe("usr_5M9D55NSG637E0HY6NX4A85ESP")
})

test("the id of an external user is a valid user id, unique per issuer and subject", async () => {
  const subjects = Array.from({ length: 200 }, (_, number) => `subject-${number}`)
  const ids = await Promise.all(
    [issuer, "https://elsewhere.example.com"].flatMap((from) =>
      subjects.map((subject) => externalUserId(from, subject)),
    ),
  )
  expect(ids.every(isUserId)).toBe(true)
  expect(new Set(ids).size).toBe(400)
})

test("an isolate inserts an external user's row once, and again only after a failure", async () => {
  const subject = crypto.randomUUID()
  const principal = {
    userId: await externalUserId(issuer, subject),
    origin: "external" as const,
    issuer,
    subject,
  }
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
  for (let call = 0; call < 3; call += 1) await ensureExternalUser(database, principal)
  expect(statements).toBe(2)
})
