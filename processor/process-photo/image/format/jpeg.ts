import { ok } from "../../../../domain/result.ts"
import {
  type AnnotationSegments,
  annotationsIn,
  noSegments,
  noteSegment,
} from "../annotations/jpeg-annotations.ts"
import { type ByteSource, partOf, readExactly, type Span } from "../byte-source.ts"
import { corrupt, Malformed, unsupported } from "../photo-faults.ts"
import { baseDecodeBytes } from "./decode-bytes.ts"
import type { HeaderReader } from "./image-header.ts"

// Cameras write 1 or about 10 scans, optimizers up to 70. Each scan needs a pass over all blocks, so a decoder needs
// hours for a small file with thousands of scans.
const maxScans = 100

/** Walks the segments of a JPEG (ITU-T T.81 Annex B) to its end-of-image marker. */
export const readJpegHeader: HeaderReader = (source) => {
  const walk: Walk = {
    frame: null,
    exif: null,
    annotations: noSegments(),
    comments: [],
    scans: 0,
    isBuffered: false,
  }
  const endsAt = walkSegments(source, walk)
  const { frame, exif, comments, scans, isBuffered } = walk

  if (!frame) return corrupt("The JPEG contains no picture.")
  if (!decodableProcesses.has(frame.process) || frame.bits !== 8)
    return unsupported("This kind of JPEG (lossless, arithmetic or 12 bit) is not used for photos.")
  if (frame.width === 0 || frame.height === 0) return corrupt("The JPEG has no dimensions.")
  if (scans === 0) return corrupt("The JPEG contains no picture.")
  if (scans > maxScans) return corrupt(`The JPEG has more than ${maxScans} scans.`)

  const { width, height } = frame
  return ok({
    type: "image/jpeg",
    width,
    height,
    isTurnedByExif: true,
    exif,
    annotations: annotationsIn(source, walk.annotations),
    decodeBytes: baseDecodeBytes + (isBuffered ? coefficientBytes(frame) : 0),
    endsAt,
    comments,
    hevc: null,
  })
}

type Frame = { process: number; bits: number; width: number; height: number; samplings: readonly number[] }
type Walk = {
  frame: Frame | null
  exif: ByteSource | null
  annotations: AnnotationSegments
  comments: Span[]
  scans: number
  /** The picture consists of several scans, so the decoder has to keep all coefficients. */
  isBuffered: boolean
}

const marker = {
  comment: 0xfe,
  app1: 0xe1,
  app13: 0xed,
  startOfScan: 0xda,
  endOfImage: 0xd9,
  startOfImage: 0xd8,
} as const
// Baseline, extended and progressive: the kinds that libjpeg decodes.
const decodableProcesses = new Set([0xc0, 0xc1, 0xc2])

// Real files have a few hundred at most: a segment per 64 KiB of a depth map, and tables per scan.
const maxSegments = 10_000
// Maximum number of comments searched for markup: a photo has at most one.
const maxScannedComments = 100

const walkSegments = (source: ByteSource, walk: Walk): number | null => {
  let position = 2
  for (let count = 0; count < maxSegments; count += 1) {
    const found = nextMarker(source, position)
    if (!found || found.code === marker.endOfImage) return found?.end ?? null
    position = found.end
    if (isBare(found.code)) continue
    const head = source.peek(position, 2)
    // If the file ends within a segment, the decoder determines whether pixels are missing.
    if (head.length < 2) return null
    const length = Math.max(2, head.readUInt16BE(0))
    if (position + length > source.size) return null
    readSegment(found.code, { start: position + 2, length: length - 2 }, source, walk)
    position += length
  }
  throw new Malformed(`The JPEG has more than ${maxSegments} segments.`)
}

const readSegment = (code: number, { start, length }: Span, source: ByteSource, walk: Walk): void => {
  if (code === marker.comment) {
    if (walk.comments.length < maxScannedComments) walk.comments.push({ start, length })
  } else if (code === marker.app1 || code === marker.app13) {
    if (code === marker.app1) walk.exif ??= exifIn(source, start, length)
    noteSegment(source, { start, length }, walk.annotations)
  } else if (code === marker.startOfScan) {
    walk.scans += 1
    const components = source.peek(start, 1)[0] ?? 0
    walk.isBuffered ||= walk.frame?.process === 0xc2 || components < (walk.frame?.samplings.length ?? 0)
  } else if (isStartOfFrame(code) && !walk.frame && length >= 6)
    walk.frame = frameIn(code, source, start, length)
}

/** The marker after `position`: entropy-coded data, stray bytes and fill bytes before it are skipped. */
const nextMarker = (source: ByteSource, position: number): { code: number; end: number } | null => {
  for (let at = position; ; ) {
    const view = source.view(at)
    if (view.length === 0) return null
    let i = view.indexOf(0xff)
    while (i >= 0) {
      while (view[i + 1] === 0xff) i += 1
      const code = view[i + 1]
      if (code === undefined) break
      if (isMarker(code)) return { code, end: at + i + 2 }
      i = view.indexOf(0xff, i + 2)
    }
    // If the view ends with 0xff, the next view starts with it.
    at += i < 0 ? view.length : Math.max(1, i)
  }
}

const isMarker = (code: number): boolean => code !== 0x00 && code !== 0xff && !isRestart(code)
const isRestart = (code: number): boolean => code >= 0xd0 && code <= 0xd7
const isBare = (code: number): boolean => code === 0x01 || code === marker.startOfImage
/** SOF0–SOF15 without DHT, JPG and DAC, which share the range. */
const isStartOfFrame = (code: number): boolean =>
  code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc

const frameIn = (process: number, source: ByteSource, start: number, length: number): Frame => {
  const bytes = readExactly(source, start, length)
  const count = Math.min(bytes.readUInt8(5), Math.floor((length - 6) / 3))
  return {
    process,
    bits: bytes.readUInt8(0),
    height: bytes.readUInt16BE(1),
    width: bytes.readUInt16BE(3),
    samplings: Array.from({ length: count }, (_, index) => bytes.readUInt8(7 + 3 * index)),
  }
}

/** libjpeg keeps a 16-bit coefficient per sample of each component. */
const coefficientBytes = ({ width, height, samplings }: Frame): number => {
  const factors = samplings.map((sampling) => ({ across: sampling >> 4, down: sampling & 15 }))
  const across = Math.max(1, ...factors.map((factor) => factor.across))
  const down = Math.max(1, ...factors.map((factor) => factor.down))
  const samples = factors.reduce((sum, factor) => sum + (factor.across / across) * (factor.down / down), 0)
  return Math.ceil(width * height * samples * 2)
}

const exifIn = (source: ByteSource, start: number, length: number): ByteSource | null => {
  const isExif = source.peek(start, 6).toString("latin1").startsWith("Exif\0")
  return isExif ? partOf(source, start + 6, length - 6) : null
}
