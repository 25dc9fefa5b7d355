import { homedir } from "node:os"
import { join } from "node:path"
import { type Client, type ClientOptions, createClientFor } from "./client.ts"
import { eventStreamChannel } from "./live/event-stream-channel.ts"
import { webSocketChannel } from "./live/web-socket-channel.ts"
import { blobSource } from "./platform/blob-source.ts"
import { folderStorage } from "./platform/folder-storage.ts"
import { nodeFileSource } from "./platform/node-file-source.ts"
import { nodeSend } from "./platform/node-send.ts"
import { streamSource } from "./platform/stream-source.ts"
import { threadHasher } from "./platform/thread-hasher.ts"
import type { FileSource, Platform } from "./upload/ports.ts"
import type { UploadInput } from "./upload/upload-types.ts"

export * from "./exports.ts"
export { folderStorage } from "./platform/folder-storage.ts"

/**
 * Creates a client for Node.js 20 and newer.
 * @example
 * const client = createClient({ baseUrl: "http://127.0.0.1:8787", email, password })
 * const { completed, failed, duplicates } = await client.upload(["a.jpg", "b.heic"]).done
 */
export const createClient = (options: ClientOptions): Client => createClientFor(nodePlatform(), options)

const nodePlatform = (): Platform => ({
  openFile,
  canSlice: true,
  send: nodeSend,
  hasher: threadHasher(),
  storage: folderStorage(stateFolder()),
  network: { isOnline: () => true, subscribe: () => () => {} },
  locks: null,
  channels: (api, baseUrl, send) => [
    // Missing in Node.js 20.
    ...(globalThis.WebSocket ? [webSocketChannel(api, baseUrl)] : []),
    eventStreamChannel(api, baseUrl, send),
  ],
})

const openFile = async (input: UploadInput): Promise<FileSource> => {
  if (typeof input === "string") return nodeFileSource(input, null)
  if ("file" in input) return nodeFileSource(input.file, input.path ?? null)
  if ("content" in input)
    return blobSource(input.content, { filename: input.name, path: input.path ?? null, lastModifiedMs: null })
  if ("open" in input) return streamSource(input)
  if (input instanceof File)
    return blobSource(input, { filename: input.name, path: null, lastModifiedMs: input.lastModified })
  throw new TypeError("Node.js uploads paths, { file, path }, Blobs and { name, size, open }")
}

/** https://specifications.freedesktop.org/basedir-spec/latest/ */
const stateFolder = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "rapid-photo-upload")
