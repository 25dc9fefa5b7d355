import { createHmac } from "node:crypto"
import { expect, vi } from "vitest"
import type { CreateUploadJobResponse } from "../commands/create-upload-job/schema.ts"
import type { LiveMessage } from "../live/schema.ts"
import { config, send, type TestUser } from "./test-api.ts"

/** The headers of a request to the events endpoint, signed as Standard Webhooks requires. */
export const signedHeaders = (
  body: string,
  secret = config.eventsEndpointSecret,
  timestamp = Math.floor(Date.now() / 1000),
) => {
  const key = Buffer.from(secret.slice("whsec_".length), "base64")
  const signature = createHmac("sha256", key).update(`msg_1.${timestamp}.${body}`).digest("base64")
  return {
    "content-type": "application/cloudevents-batch+json",
    "webhook-id": "msg_1",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${signature}`,
  }
}

type TestEvent = { type: string; photoId?: string; data?: object; sequence: number; id?: string }

/** Creates an event of a job as the relay sends it. */
export const cloudEvent = (job: CreateUploadJobResponse, event: TestEvent, owner: TestUser) => ({
  specversion: "1.0",
  id: event.id ?? `evt_${job.jobId}_${event.sequence}`,
  source: "urn:rapid-photo-upload:test",
  type: `rapid-photo-upload.${event.type}.v1`,
  time: new Date().toISOString(),
  userid: owner.userId,
  sequence: String(event.sequence),
  data: {
    jobId: job.jobId,
    ...(event.photoId && { photoId: event.photoId }),
    status: "QUEUED",
    ...event.data,
  },
})

/** Sends events to the edge, as the relay does. */
export const relayEvents = (events: object[]): Promise<Response> => {
  const rawBody = JSON.stringify(events)
  return send("POST", "/internal/events", { headers: signedHeaders(rawBody), rawBody })
}

export type ReceivedMessage = LiveMessage & { id: number | null }

/** Opens an SSE stream. */
export const subscribe = async (path: string, token: string | null, headers: Record<string, string> = {}) => {
  const response = await send("GET", path, { ...(token && { token }), headers })
  expect(response.status).toBe(200)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  const messages = (): ReceivedMessage[] =>
    text.split("\n\n").flatMap((frame) => {
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      const id = /^id: (.*)$/m.exec(frame)?.[1]
      return data ? [{ ...(JSON.parse(data) as LiveMessage), id: id ? Number(id) : null }] : []
    })
  return {
    /** Reads until `isEnough` accepts the messages received, and returns them. */
    until: async (isEnough: (all: ReceivedMessage[]) => boolean): Promise<ReceivedMessage[]> => {
      while (!isEnough(messages())) {
        const chunk = await reader?.read()
        if (!chunk || chunk.done) throw new Error(`the stream closed after ${text}`)
        text += chunk.value
      }
      return messages()
    },
    close: () => reader?.cancel(),
  }
}

/** Opens a WebSocket. */
export const subscribeByWebSocket = async (path: string, token: string) => {
  const response = await send("GET", path, { token, headers: { upgrade: "websocket" } })
  expect(response.status).toBe(101)
  const socket = response.webSocket
  if (!socket) throw new Error("no WebSocket")
  const messages: ReceivedMessage[] = []
  let closeCode: number | undefined
  socket.addEventListener("message", ({ data }) => {
    for (const line of String(data).split("\n")) {
      const { id, ...message } = JSON.parse(line) as LiveMessage & { id?: string }
      messages.push({ ...message, id: id === undefined ? null : Number(id) })
    }
  })
  socket.addEventListener("close", ({ code }) => {
    closeCode = code
  })
  socket.accept()
  return {
    /** Waits until `isEnough` accepts the messages received, and returns them. */
    until: async (isEnough: (all: ReceivedMessage[]) => boolean): Promise<ReceivedMessage[]> => {
      await vi.waitFor(() => expect(isEnough(messages)).toBe(true), { timeout: 5000 })
      return messages
    },
    /** Waits until the server has closed the connection, and returns the close code. */
    closed: () =>
      vi.waitFor(
        () => {
          if (closeCode === undefined) throw new Error("still open")
          return closeCode
        },
        { timeout: 5000 },
      ),
    send: (text: string) => socket.send(text),
    close: () => socket.close(),
  }
}

/** Returns a predicate: whether a message contains the photo with this status. */
export const hasReached =
  (photoId: string, status: string) =>
  (all: readonly ReceivedMessage[]): boolean =>
    all.some(
      (message) => message.type === "photo" && message.photoId === photoId && message.status === status,
    )
