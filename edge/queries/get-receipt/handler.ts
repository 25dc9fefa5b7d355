import type { Database } from "../../../db/statement.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import type { Config } from "../../config.ts"
import { type NoPublicKey, signDocument } from "../../keys/sign-document.ts"
import { manifestOf, serializeManifest } from "./manifest.ts"
import type { ReceiptResponse } from "./schema.ts"
import { selectReceipt } from "./sql.ts"

export type JobNotFinished = { reason: "not_finished" }

/** A signed receipt, and the id of the key that signed it. */
export type Receipt = ReceiptResponse & { kid: string }

/** Reads a finished job and signs what became of its files. */
export const getReceipt = async (
  database: Database,
  config: Config["jwt"],
  job: { jobId: JobId; userId: UserId },
): Promise<Result<Receipt, NotFound | JobNotFinished | NoPublicKey>> => {
  const found = await database.run(selectReceipt, job)
  if (!found.ok) return found
  if (found.value.receipt === null) return err({ reason: "not_finished" })

  const manifest = manifestOf(found.value.receipt, config.issuer, job.userId)
  const { bytes, sha256 } = await serializeManifest(manifest)
  const jws = await signDocument(config, "receipt+jws", bytes)
  if (!jws.ok) return jws
  return ok({ manifest, manifestSha256: sha256, jws: jws.value, kid: config.signingKey.kid })
}
