import { CompactSign } from "jose"
import { err, ok, type Result } from "../../domain/result.ts"
import type { Config } from "../config.ts"
import { keyRingOf } from "./key-ring.ts"

/** Everyone who can verify an HS256 signature can also make one, so it proves nothing. */
export type NoPublicKey = { reason: "no_public_key" }

/**
 * Signs bytes as a compact JWS (RFC 7515 §3.1) whose payload is exactly these bytes.
 * @param type the `typ` header, which keeps a document from being taken for a token of the same key (RFC 8725 §3.11)
 */
export const signDocument = async (
  config: Config["jwt"],
  type: "receipt+jws",
  payload: Uint8Array,
): Promise<Result<string, NoPublicKey>> => {
  const { kid, alg, key } = (await keyRingOf(config)).signing
  if (alg === "HS256") return err({ reason: "no_public_key" })
  return ok(await new CompactSign(payload).setProtectedHeader({ alg, kid, typ: type }).sign(key))
}
