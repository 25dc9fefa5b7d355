import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validJson } from "../../http/validation.ts"
import { type VerifyHashesResponse, verifyHashesRequest, verifyHashesResponse } from "./schema.ts"
import { selectStoredHashes } from "./sql.ts"

/** A query with a body: a thousand hashes do not fit into a URL. */
export const verifyHashes = new Hono<EdgeEnv>().post(
  "/queries/verify",
  describeOperation("verifyHashes", {
    tag: "photos",
    summary: "Check which files are stored",
    description:
      "Takes the SHA-256 of up to 1,000 files. A file is stored if a COMPLETED photo of the account that is not deleted has the same SHA-256, computed from the stored bytes.",
    responses: { 200: { description: "The result for each hash, in order.", schema: verifyHashesResponse } },
  }),
  validJson(verifyHashesRequest),
  async (c) => {
    const { database, principal } = c.var
    const { sha256 } = c.req.valid("json")
    const items = await database.run(selectStoredHashes, { userId: principal.userId, sha256 })
    return c.json({ items } satisfies VerifyHashesResponse)
  },
)
