import { once } from "node:events"
import { parentPort } from "node:worker_threads"
import type { PhotoFault } from "../../../domain/failure-reason.ts"
import { ok, type Result } from "../../../domain/result.ts"
import { readAnnotations } from "./annotations/read-annotations.ts"
import { ReadFailed, withContent } from "./byte-source.ts"
import type { ExaminedPhoto } from "./examined-photo.ts"
import { photoExifOf } from "./exif/photo-exif.ts"
import { undecodable } from "./photo-faults.ts"
import { render } from "./pixels/render.ts"
import { probe } from "./probe.ts"
import type { FromWorker, Go, Order } from "./worker-protocol.ts"

const port = parentPort
if (!port) throw new Error("examine-worker.ts runs in a worker thread")

// One photo at a time. Messages: the order, the memory it needs, the permission to use it, the outcome.
port.on("message", async (message: Order | Go) => {
  if (!("content" in message)) return
  try {
    send({ kind: "examined", result: await examine(message) })
  } catch (error) {
    send({ kind: "failed", error: error instanceof Error ? error : new Error(String(error)) })
  }
})

/** @throws ReadFailed when the file cannot be read */
const examine = async ({
  content,
  declaredType,
  limits,
  withAnnotations,
}: Order): Promise<Result<ExaminedPhoto, PhotoFault>> => {
  const probed = withContent(content, (source) => {
    const found = probe(source, declaredType, limits)
    // Read everything that the header refers to here: the file is closed afterwards.
    return found.ok ? ok({ ...found.value, exif: photoExifOf(found.value.header.exif) }) : found
  })
  if (!probed.ok) return probed
  const { header, anomalies, exif } = probed.value
  const annotations = withAnnotations ? readAnnotations(header.annotations) : null
  send({ kind: "needs", decodeBytes: header.decodeBytes, keepsMemory: header.hevc !== null })
  const [{ libheif }] = (await once(port, "message")) as [Go]

  const orientation = exif.orientation ?? 1
  const isOnItsSide = header.isTurnedByExif && orientation >= 5
  const [width, height] = isOnItsSide ? [header.height, header.width] : [header.width, header.height]
  try {
    const { thumbnails, thumbhash, isDegraded } = await render(content, header, orientation, libheif)
    return ok({
      facts: { type: header.type, width, height, exif, isDegraded, anomalies, thumbhash, annotations },
      thumbnails,
    })
  } catch (error) {
    if (error instanceof ReadFailed) throw error
    // libvips reads a file itself and does not distinguish I/O errors from damage.
    withContent(content, readAll)
    return undecodable
  }
}

/** @throws ReadFailed when not all bytes can be read */
const readAll = (source: { size: number; view: (position: number) => Buffer }): void => {
  for (let position = 0; position < source.size; ) {
    const { length } = source.view(position)
    if (length === 0) throw new ReadFailed(new Error("the file became shorter"))
    position += length
  }
}

const send = (message: FromWorker): void => port.postMessage(message)
