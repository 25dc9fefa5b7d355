import { err, ok, type Result } from "../../domain/result.ts"

export type BasicCredentials = { email: string; password: string }

export type BasicCredentialsFailure = { reason: "credentials_missing" }

/** Parses HTTP Basic credentials (RFC 7617): the text before the first colon is the user, the text after it the password. */
export const parseBasicCredentials = (
  header: string | undefined,
): Result<BasicCredentials, BasicCredentialsFailure> => {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? "")?.[1]
  const text = encoded === undefined ? null : decodeUtf8(encoded)
  const colon = text?.indexOf(":") ?? -1
  if (text === null || colon < 0) return err({ reason: "credentials_missing" })
  return ok({ email: text.slice(0, colon).toLowerCase(), password: text.slice(colon + 1) })
}

const decodeUtf8 = (base64: string): string | null => {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes)
    return text.includes("\0") ? null : text
  } catch {
    return null
  }
}
