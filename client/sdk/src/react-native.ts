import { type Client, type ClientOptions, createClientFor } from "./client.ts"
import { webSocketChannel } from "./live/web-socket-channel.ts"
import { xhrSend } from "./platform/xhr-send.ts"
import type { FileSource, Hasher, NetworkPort } from "./upload/ports.ts"
import type { NativeFile } from "./upload/upload-types.ts"

export * from "./exports.ts"
export type { FileSource, Hasher, NetworkPort, SendableBody } from "./upload/ports.ts"

/** What React Native does not offer itself. */
export type NativePorts = {
  /** Reads and hashes files, for example with expo-file-system. Without it files are sent whole and not hashed. */
  files?: {
    hasher: Hasher
    /** The bytes of a range in a form that XMLHttpRequest sends. */
    slice: (file: NativeFile, start: number, end: number) => unknown
  }
  /** For example from @react-native-community/netinfo. Default: always online. */
  network?: NetworkPort
}

/**
 * Creates a client for React Native. Files are sent from their URI: they are never read into memory.
 * @example
 * const client = createClient({ baseUrl, email, password })
 * const { assets } = await ImagePicker.launchImageLibraryAsync({ allowsMultipleSelection: true })
 * const files = assets.map((a) => ({ uri: a.uri, name: a.fileName, type: a.mimeType, size: a.fileSize }))
 * await client.upload(files).done
 */
export const createClient = (options: ClientOptions & NativePorts): Client => {
  const { files, network } = options
  return createClientFor(
    {
      openFile: async (input) => {
        if (typeof input !== "object" || !("uri" in input))
          throw new TypeError("React Native uploads { uri, name, type, size }")
        return nativeSource(input, files?.slice)
      },
      canSlice: files !== undefined,
      send: xhrSend,
      hasher: files?.hasher ?? null,
      storage: null,
      network: network ?? { isOnline: () => true, subscribe: () => () => {} },
      locks: null,
      // React Native has no EventSource, and its fetch has no streams: without WebSockets jobs are polled.
      channels: (api, baseUrl) => [webSocketChannel(api, baseUrl)],
    },
    options,
  )
}

const nativeSource = (
  file: NativeFile,
  slice: ((file: NativeFile, start: number, end: number) => unknown) | undefined,
): FileSource => ({
  filename: file.name,
  path: null,
  bytes: file.size,
  mimeType: file.type,
  lastModifiedMs: null,
  slice: slice ? (start, end) => slice(file, start, end) : null,
  // React Native's XMLHttpRequest streams the file of a body with a `uri`.
  whole: () => ({ uri: file.uri, name: file.name, type: file.type }),
  head: null,
})
