import { type Client, type ClientOptions, createClientFor } from "./client.ts"
import { eventSourceChannel } from "./live/event-source-channel.ts"
import { webSocketChannel } from "./live/web-socket-channel.ts"
import { blobSource } from "./platform/blob-source.ts"
import { browserFileSource } from "./platform/browser-file-source.ts"
import { indexedDbStorage } from "./platform/indexed-db-storage.ts"
import { workerHasher } from "./platform/worker-hasher.ts"
import { xhrSend } from "./platform/xhr-send.ts"
import type { Platform } from "./upload/ports.ts"

export * from "./exports.ts"

/**
 * Creates a client for browsers.
 * @example
 * const client = createClient({ baseUrl: "https://photos.example.com", email, password })
 * const { completed, failed, duplicates } = await client.upload(input.files).done
 */
export const createClient = (options: ClientOptions): Client => createClientFor(browserPlatform(), options)

const browserPlatform = (): Platform => ({
  openFile: async (input) => {
    if (input instanceof File) return browserFileSource(input)
    if (typeof input === "object" && "content" in input)
      return blobSource(input.content, {
        filename: input.name,
        path: input.path ?? null,
        lastModifiedMs: null,
      })
    throw new TypeError("a browser uploads File objects or { name, content: Blob }")
  },
  canSlice: true,
  send: xhrSend,
  hasher: workerHasher(),
  storage: typeof indexedDB === "undefined" ? null : indexedDbStorage(),
  network: {
    isOnline: () => navigator.onLine,
    subscribe: (onChange) => {
      const online = () => onChange(true)
      const offline = () => onChange(false)
      addEventListener("online", online)
      addEventListener("offline", offline)
      return () => {
        removeEventListener("online", online)
        removeEventListener("offline", offline)
      }
    },
  },
  // Missing on pages without HTTPS.
  locks: navigator.locks ?? null,
  channels: (api, baseUrl) => [webSocketChannel(api, baseUrl), eventSourceChannel(api, baseUrl)],
})
