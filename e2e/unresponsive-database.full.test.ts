import { afterAll, beforeAll, expect, test } from "vitest"
import { startTcpProxy, type TcpProxy } from "../local/tcp-proxy.ts"
import { type RunningSystem, runSystem } from "./running-system.ts"

let proxy: TcpProxy
let system: RunningSystem
beforeAll(async () => {
  system = await runSystem(
    {},
    {
      edgeDatabaseUrl: async (databaseUrl) => {
        const url = new URL(databaseUrl)
        proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) })
        url.port = String(proxy.port)
        return url.href
      },
    },
  )
})
afterAll(async () => {
  proxy?.setDelay(0)
  await system?.end()
  await proxy?.stop()
})

test("when the database does not respond, the edge returns 503 with Retry-After within its time limit", async () => {
  proxy.setDelay(120_000)
  const startedAt = Date.now()
  const response = await fetch(`${system.edgeUrl}/auth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "ada@example.com", password: "correct horse" }),
  })
  expect(response.status).toBe(503)
  expect(Date.now() - startedAt).toBeLessThan(30_000)
  expect(response.headers.get("retry-after")).toBe("2")
  expect(await response.json()).toMatchObject({ type: expect.stringContaining("database-unavailable") })
})
