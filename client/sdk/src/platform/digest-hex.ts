/** The SHA-256 of bytes in hex, by WebCrypto. Null on pages without HTTPS, which have none. */
export const digestHex = async (bytes: ArrayBuffer): Promise<string | null> => {
  const subtle = globalThis.crypto?.subtle
  return subtle ? toHex(new Uint8Array(await subtle.digest("SHA-256", bytes))) : null
}

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
