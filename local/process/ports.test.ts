import { once } from "node:events"
import { createServer } from "node:net"
import { expect, test } from "vitest"
import { assertPortFree, freePort } from "./ports.ts"

test("a port in use is reported with its setting and an alternative", async () => {
  const port = await freePort()
  const other = createServer().listen(port, "127.0.0.1")
  await once(other, "listening")

  const alternative = port + 10_000 <= 65_535 ? port + 10_000 : port - 10_000
  await expect(assertPortFree(port, "EDGE_PORT")).rejects.toThrow(
    `Port ${port} is already in use. ` +
      `Set EDGE_PORT to a free port, for example: EDGE_PORT=${alternative} npm start`,
  )
  other.close()
})

test("a free port is accepted repeatedly, and so is 0, which selects a free port", async () => {
  const port = await freePort()
  await assertPortFree(port, "EDGE_PORT")
  await assertPortFree(port, "EDGE_PORT")
  await assertPortFree(0, "EDGE_PORT")
})
