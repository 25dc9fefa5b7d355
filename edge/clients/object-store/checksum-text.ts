import type { Checksum } from "../../../domain/checksum.ts"

// Checksums are hex here and in the API, and base64 in S3.

export const checksumToBase64 = (checksum: Checksum): string =>
  btoa(checksum.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))))

export const base64ToHex = (base64: string): string =>
  Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("")
