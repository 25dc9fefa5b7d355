import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified } from "../../http/entity-tag.ts"
import { fingerprintOf } from "../../http/idempotency-key.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { accountResponse } from "./schema.ts"
import { selectAccount } from "./sql.ts"

export const getAccount = new Hono<EdgeEnv>().get(
  "/queries/account",
  describeOperation("getAccount", {
    tag: "accounts",
    summary: "Get the account",
    description:
      "Returns the storage quota and how much of it is used. Uploads that are declared but not finished count.",
    responses: { 200: { description: "The caller's account.", schema: accountResponse } },
    isCached: true,
  }),
  async (c) => {
    const { database, principal } = c.var
    const account = await database.run(selectAccount, { userId: principal.userId })
    return notModified(c, await fingerprintOf(account)) ?? c.json(account)
  },
)
