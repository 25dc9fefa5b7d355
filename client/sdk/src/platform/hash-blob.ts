import { digestHex } from "./digest-hex.ts"
import { sha256 } from "./sha256.ts"

/** Bytes read at once when a file has no parts: bounds the memory, in bytes. */
const windowBytes = 8 * 1024 * 1024

/**
 * Returns the SHA-256 of a Blob in hex and reports the hash of each part. Reads the bytes from the file again at every
 * call, one part at a time.
 * @throws NotReadableError when the file changed or was removed since the user chose it
 */
export const hashBlob = async (
  content: Blob,
  partSize: number | null,
  onPart: (partNumber: number, sha256: string) => void,
  isAborted: () => boolean,
): Promise<string> => {
  const step = partSize ?? windowBytes
  // WebCrypto is several times faster but cannot hash in steps.
  if (partSize === null && content.size <= step) return hashBytes(await content.arrayBuffer())
  const whole = sha256()
  for (let start = 0, partNumber = 1; start < content.size && !isAborted(); start += step, partNumber += 1) {
    const bytes = await content.slice(start, start + step).arrayBuffer()
    whole.update(new Uint8Array(bytes))
    if (partSize !== null) onPart(partNumber, await hashBytes(bytes))
  }
  return whole.digest()
}

const hashBytes = async (bytes: ArrayBuffer): Promise<string> => {
  const digest = await digestHex(bytes)
  if (digest !== null) return digest
  const whole = sha256()
  whole.update(new Uint8Array(bytes))
  return whole.digest()
}
