declare const algorithm: unique symbol

/** The SHA-256 of a file, as 64 lower-case hex digits: equal files have equal text. */
export type Checksum = string & { readonly [algorithm]: "sha256" }

export const isChecksum = (text: string): text is Checksum => /^[0-9a-f]{64}$/.test(text)
