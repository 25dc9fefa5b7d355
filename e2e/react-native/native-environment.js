/**
 * What React Native adds to Hermes, as far as the SDK uses it, and a server. Everything else that browsers and Node.js
 * have is missing on purpose: the use of it is a ReferenceError.
 */
import { AbortController, AbortSignal } from "abort-controller/dist/abort-controller"

// Its signals have no `reason`, and AbortSignal has no `any` and no `timeout`. React Native uses this package:
// https://github.com/facebook/react-native/blob/main/packages/react-native/Libraries/Core/setUpXHR.js
Object.assign(globalThis, { AbortController, AbortSignal })

// Later versions of Hermes have it.
if (!Array.prototype.at)
  Object.defineProperty(Array.prototype, "at", {
    value(index) {
      return this[index < 0 ? this.length + index : index]
    },
  })

// The timers of Hermes' command line do not wait. These let the time pass that they are asked to wait.
const runSoon = globalThis.setImmediate
const start = 1_780_000_000_000
/** An app that has not ended then waits for something that never happens, in ms of these timers. */
const maxMs = 600_000
let now = start
let lastTimer = 0
let timers = []
let isScheduled = false
Date.now = () => now
globalThis.performance = { now: () => now }
const schedule = () => {
  if (isScheduled || timers.length === 0) return
  isScheduled = true
  runSoon(() => {
    isScheduled = false
    timers.sort((first, second) => first.at - second.at || first.id - second.id)
    const timer = timers.shift()
    if (!timer) return
    now = Math.max(now, timer.at)
    if (now > start + maxMs) throw new Error(`unfinished after ${maxMs} ms: ${JSON.stringify(received)}`)
    if (timer.everyMs !== null) timers.push({ ...timer, at: now + timer.everyMs })
    timer.run()
    schedule()
  })
}
const addTimer = (run, ms, everyMs) => {
  lastTimer += 1
  timers.push({ id: lastTimer, run, at: now + (ms || 0), everyMs })
  schedule()
  return lastTimer
}
globalThis.setTimeout = (run, ms) => addTimer(run, ms, null)
globalThis.setInterval = (run, ms) => addTimer(run, ms, Math.max(1, ms))
globalThis.clearTimeout = (id) => {
  timers = timers.filter((timer) => timer.id !== id)
}
globalThis.clearInterval = globalThis.clearTimeout

globalThis.console = { assert: () => {}, warn: (text) => print(text), error: (text) => print(text) }

/** React Native's Blob has neither `arrayBuffer` nor `stream`. The files of a picker are none. */
globalThis.Blob = class {}

globalThis.TextEncoder = class {
  encode(text) {
    return Uint8Array.from(unescape(encodeURIComponent(text)), (character) => character.charCodeAt(0))
  }
}
globalThis.btoa = (text) => `base64(${text})`

/** A socket that never opens, as behind a proxy that blocks WebSockets. */
globalThis.WebSocket = class {
  constructor() {
    setTimeout(() => {
      this.onerror?.({})
      this.onclose?.({})
    }, 5)
  }
  close() {}
  send() {}
}

/** What the server and S3 received. */
export const received = { create: null, puts: [], finalized: [], requests: [], unauthorized: 0 }

const photos = new Map()
/** How S3 responds to the next PUTs: a status, or "lost" for one that is stored but not answered. */
export const nextPuts = []

const responses = {
  "POST /auth/token": () => [
    200,
    { access_token: "first", refresh_token: "refresh", token_type: "Bearer", expires_in: 900 },
  ],
  "POST /auth/refresh": () => [
    200,
    { access_token: "second", refresh_token: "refresh", token_type: "Bearer", expires_in: 900 },
  ],
  "POST /auth/live-ticket": () => [
    201,
    { ticket: "ticket", expiresAt: new Date(now + 60_000).toISOString() },
  ],
  "POST /commands/upload-jobs": (body) => {
    received.create = body
    const items = body.files.map(({ filename, bytes, mimeType }, index) => {
      const photoId = `ph_${index}`
      photos.set(photoId, { photoId, filename, bytes, status: "QUEUED" })
      return signed(photoId, mimeType, bytes)
    })
    return [201, { jobId: "job_1", items, storageEvents: false }]
  },
  "POST /commands/upload-jobs/job_1/finalize": ({ photoIds }) => {
    received.finalized.push(...photoIds)
    for (const photoId of photoIds) photos.get(photoId).status = "COMPLETED"
    return [
      200,
      {
        jobId: "job_1",
        items: photoIds.map((photoId) => ({ photoId, outcome: "finalized", status: "PROCESSING" })),
      },
    ]
  },
  "POST /commands/upload-jobs/job_1/renew": () => [
    200,
    {
      jobId: "job_1",
      items: [...photos.values()].map(({ photoId, bytes }) => signed(photoId, "image/jpeg", bytes)),
    },
  ],
  "POST /commands/upload/progress": () => [202, { accepted: 1 }],
  "GET /queries/upload-jobs/job_1": () => {
    const items = [...photos.values()].map((photo) => ({
      ...photo,
      path: null,
      bytesSent: 0,
      failureReason: null,
      failureDetail: null,
      duplicateOf: null,
      progress: 0,
    }))
    const terminal = items.every(({ status }) => status === "COMPLETED" || status === "CANCELLED")
    return [200, { jobId: "job_1", status: "IN_PROGRESS", items, terminal, pollAfterMs: 500 }]
  },
  "GET /queries/photos": () => [200, { items: [], nextCursor: null }],
  "GET /queries/events": () => [200, null],
}

const signed = (photoId, mimeType, bytes) => ({
  photoId,
  status: "QUEUED",
  method: "PUT",
  duplicateOf: null,
  presignedUrl: `https://s3.test/${photoId}`,
  headers: { "content-type": mimeType, "content-length": String(bytes), "if-none-match": "*" },
  expiresAt: new Date(now + 900_000).toISOString(),
  multipart: null,
})

const headersOf = (values) => ({ get: (name) => values[name.toLowerCase()] ?? null })

/** React Native's fetch: no streams, and the error of an aborted request has the name AbortError. */
globalThis.fetch = (url, { method = "GET", headers = {}, body, signal } = {}) =>
  new Promise((resolve, reject) => {
    const abort = () => reject(Object.assign(new Error("Aborted"), { name: "AbortError" }))
    if (signal?.aborted) return abort()
    signal?.addEventListener("abort", abort)
    setTimeout(() => {
      const route = `${method} ${url.replace("https://photos.test", "").split("?")[0]}`
      received.requests.push(route)
      // The first token expires in mid-upload: the server accepts it for a job only.
      const isExpired = headers.authorization === "Bearer first" && route.includes("finalize")
      if (isExpired) received.unauthorized += 1
      const respond = responses[route] ?? (() => [200, {}])
      const [status, json] = isExpired
        ? [
            401,
            { type: "urn:rapid-photo-upload:problem:unauthenticated", title: "Unauthenticated", status: 401 },
          ]
        : respond(body ? JSON.parse(body) : undefined)
      resolve({
        status,
        ok: status < 400,
        headers: headersOf({ etag: `"${now}"` }),
        text: async () => (json === null ? "" : JSON.stringify(json)),
      })
    }, 20)
  })

/** React Native's XMLHttpRequest sends the file of a body `{ uri }` and reports its progress. */
globalThis.XMLHttpRequest = class {
  upload = {}
  status = 0
  responseText = ""
  headers = {}
  open(method, url) {
    this.method = method
    this.url = url
  }
  setRequestHeader(name, value) {
    this.headers[name] = value
  }
  send(body) {
    const photo = photos.get(this.url.slice("https://s3.test/".length))
    const outcome = nextPuts.shift() ?? (photo.isStored ? 412 : 200)
    received.puts.push({ method: this.method, url: this.url, headers: this.headers, body, outcome })
    if (outcome === "held") return
    this.timer = setTimeout(() => {
      this.upload.onprogress?.({ loaded: photo.bytes, total: photo.bytes })
      if (outcome === 200 || outcome === "lost") photo.isStored = true
      if (typeof outcome === "string") return this.onerror?.({})
      this.status = outcome
      this.onload?.({})
    }, 50)
  }
  abort() {
    clearTimeout(this.timer)
    this.onabort?.({})
  }
}
