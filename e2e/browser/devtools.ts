import { once } from "node:events"
import { z } from "zod"

/** A connection to one page by the Chrome DevTools Protocol: https://chromedevtools.github.io/devtools-protocol/ */
export type DevTools = {
  /** Sends a command. @throws Error when the browser reports one */
  send: <Result = unknown>(method: string, params?: object, result?: z.ZodType<Result>) => Promise<Result>
  on: <Params>(method: string, params: z.ZodType<Params>, listener: (params: Params) => void) => void
  close: () => void
}

const message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
})

type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void }

/** Connects to a page's `webSocketDebuggerUrl`. */
export const connectDevTools = async (url: string): Promise<DevTools> => {
  const socket = new WebSocket(url)
  await once(socket, "open")
  let lastId = 0
  const waiting = new Map<number, Waiting>()
  const listeners = new Map<string, (params: unknown) => void>()
  socket.addEventListener("message", ({ data }) => {
    const { id, method, params, result, error } = message.parse(JSON.parse(String(data)))
    if (method !== undefined) listeners.get(method)?.(params)
    if (id === undefined) return
    const { resolve, reject } = waiting.get(id) ?? {}
    waiting.delete(id)
    if (error) reject?.(new Error(error.message))
    else resolve?.(result)
  })
  return {
    on: (method, params, listener) => listeners.set(method, (received) => listener(params.parse(received))),
    send: async <Result>(method: string, params: object = {}, result?: z.ZodType<Result>) => {
      lastId += 1
      const id = lastId
      const response = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }))
      socket.send(JSON.stringify({ id, method, params }))
      const received = await response
      return result ? result.parse(received) : (received as Result)
    },
    close: () => socket.close(),
  }
}
