import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts"

let echo: Server
let proxy: TcpProxy
beforeAll(async () => {
  echo = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1")
  await once(echo, "listening")
  proxy = await startTcpProxy({ host: "127.0.0.1", port: (echo.address() as AddressInfo).port })
})
afterAll(async () => {
  await proxy.stop()
  echo.close()
})

const request = async (socket: Socket, text: string) => {
  socket.write(text)
  const [response] = await once(socket, "data")
  return String(response)
}

test("a request with its response counts as one round trip of its connection", async () => {
  proxy.reset()
  const socket = connect(proxy.port, "127.0.0.1")
  expect(await request(socket, "one")).toBe("one")
  expect(await request(socket, "three")).toBe("three")
  socket.destroy()
  expect(proxy.connections()).toEqual([{ roundTrips: 2, bytesUp: 8, bytesDown: 8 }])
})

test("a delay keeps the order of bytes, and a round trip takes twice the delay", async () => {
  proxy.setDelay(20)
  const socket = connect(proxy.port, "127.0.0.1")
  await once(socket, "connect")
  const startedAt = performance.now()
  for (let letter = 0; letter < 26; letter += 1) socket.write(String.fromCharCode(97 + letter))
  let text = ""
  while (text.length < 26) text += String((await once(socket, "data"))[0])
  expect(text).toBe("abcdefghijklmnopqrstuvwxyz")
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(39)
  socket.destroy()
  proxy.setDelay(0)
})
