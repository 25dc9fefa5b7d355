import { once } from "node:events"
import { parentPort } from "node:worker_threads"
import type { PhotoFault } from "../../../domain/failure-reason.ts"
import { ok, type Result } from "../../../domain/result.ts"
import { withContent } from "./byte-source.ts"
import type { ExaminedPhoto } from "./examined-photo.ts"
import { photoExifOf } from "./exif/photo-exif.ts"
import { corrupt } from "./photo-faults.ts"
import { render } from "./pixels/render.ts"
import { probe } from "./probe.ts"
import type { FromWorker, Order } from "./worker-protocol.ts"

const port = parentPort
if (!port) throw new Error("examine-worker.ts runs in a worker thread")

// One photo at a time: the order, the memory it needs, the leave to take it, the outcome.
port.on("message", async (message: Order | "go") => {
  if (message === "go") return
  say({ kind: "examined", result: await examine(message) })
})

const examine = async ({
  content,
  declaredType,
  limits,
}: Order): Promise<Result<ExaminedPhoto, PhotoFault>> => {
  const surveyed = withContent(content, (source) => {
    const header = probe(source, declaredType, limits)
    return header.ok ? ok({ header: header.value, exif: photoExifOf(header.value.exif) }) : header
  })
  if (!surveyed.ok) return surveyed
  const { header, exif } = surveyed.value
  say({ kind: "needs", decodeBytes: header.decodeBytes })
  await once(port, "message")

  const orientation = exif.orientation ?? 1
  const isOnItsSide = header.isTurnedByExif && orientation >= 5
  const [width, height] = isOnItsSide ? [header.height, header.width] : [header.width, header.height]
  try {
    const { thumbnails, isDegraded } = await render(content, header, orientation)
    return ok({ facts: { type: header.type, width, height, exif, isDegraded }, thumbnails })
  } catch {
    return corrupt("The picture can't be decoded: its data is damaged or incomplete. Upload the photo again.")
  }
}

const say = (message: FromWorker): void => port.postMessage(message)
