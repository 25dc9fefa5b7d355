/**
 * What the upload engine needs from a platform. `browser.ts`, `node.ts` and `react-native.ts` implement it; the
 * engine itself uses nothing but `fetch`, timers and `AbortSignal`.
 */
import type { ApiClient } from "../api/api-client.ts"
import type { Channel } from "../live/live-message.ts"
import type { UploadInput } from "./upload-types.ts"

/** A file as the engine sees it. Reading always returns the bytes as they are now, never a cached copy. */
export type FileSource = {
  readonly filename: string
  readonly path: string | null
  readonly bytes: number
  /** Empty if the platform does not know it. */
  readonly mimeType: string
  readonly lastModifiedMs: number | null
  /** The bytes from `start` to `end` (exclusive). Null where the platform can only send whole files. */
  readonly slice: ((start: number, end: number) => SendableBody) | null
  readonly whole: () => SendableBody
  /** The first bytes, at most `length`, to detect the type. Null where the platform cannot read. */
  readonly head: ((length: number) => Promise<Uint8Array>) | null
}

/** Bytes in the form the platform's `SendBody` takes: a Blob, a range of a path, a URI. */
export type SendableBody = unknown

/** Sends one PUT and reports how many bytes left the device. */
export type SendBody = (request: {
  url: string
  headers: Readonly<Record<string, string>>
  body: SendableBody
  bytes: number
  signal: AbortSignal
  onProgress: (bytesSent: number) => void
}) => Promise<{ status: number; text: string }>

/**
 * Computes the SHA-256 of a file in hex, outside the thread of the user interface. Reads the file once, from start to
 * end; with `partSize` it also reports the hash of every part, from 1, as soon as it is known. Returns null if the
 * platform cannot hash this file.
 */
export type Hasher = (
  source: FileSource,
  options: {
    partSize: number | null
    onPart: (partNumber: number, sha256: string) => void
    signal: AbortSignal
  },
) => Promise<string | null>

/** Stores what is needed to continue after a reload or restart. Values are JSON. */
export type StoragePort = {
  get: (key: string) => Promise<string | null>
  set: (key: string, value: string) => Promise<void>
  remove: (key: string) => Promise<void>
  keys: () => Promise<readonly string[]>
}

/** Whether the device has a network. */
export type NetworkPort = {
  readonly isOnline: () => boolean
  /** Returns a function that removes the listener. */
  readonly subscribe: (onChange: (isOnline: boolean) => void) => () => void
}

/** The part of the browser's LockManager that the engine uses. */
export type LocksPort = {
  readonly request: (name: string, hold: () => Promise<unknown>) => Promise<unknown>
  readonly query: () => Promise<{ held?: readonly { name?: string }[] }>
}

export type Platform = {
  openFile: (input: UploadInput) => Promise<FileSource>
  /** Whether files can be sent in parts. */
  canSlice: boolean
  send: SendBody
  /** Null where files cannot be read (React Native without a file port). */
  hasher: Hasher | null
  /** Null: uploads cannot be resumed after a restart. */
  storage: StoragePort | null
  network: NetworkPort
  /** Shows other tabs of a browser which uploads run. Null where storage is not shared. */
  locks: LocksPort | null
  /** Live channels, the preferred one first. `baseUrl` does not end with a slash. */
  channels: (api: ApiClient, baseUrl: string, send: typeof fetch) => readonly Channel[]
}
