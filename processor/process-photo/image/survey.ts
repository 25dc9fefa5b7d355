import type { PhotoFault } from "../../../domain/failure-reason.ts"
import { isSamePhotoType, type PhotoType } from "../../../domain/photo-type.ts"
import { ok, type Result } from "../../../domain/result.ts"
import { type ByteSource, EndsEarly } from "./byte-source.ts"
import { outlineGif } from "./format/gif.ts"
import { outlineHeif } from "./format/heif.ts"
import { outlineJpeg } from "./format/jpeg.ts"
import type { Outline, Outliner } from "./format/outline.ts"
import { outlinePng } from "./format/png.ts"
import { sniff, sniffBytes } from "./format/sniff.ts"
import { outlineTiff } from "./format/tiff.ts"
import { outlineWebp } from "./format/webp.ts"
import { corrupt, endsEarly, mismatched, tooManyPixels, unsupported } from "./photo-faults.ts"
import { secondNatureOf } from "./polyglot.ts"

export type SurveyLimits = { maxPixels: number; maxDecodedBytes: number }

/**
 * Finds out what a file is and whether it may be decoded, from its structure alone: no pixel is touched, so a bomb
 * is refused at the price of its headers.
 */
export const survey = (
  source: ByteSource,
  declaredType: PhotoType,
  limits: SurveyLimits,
): Result<Outline, PhotoFault> => {
  if (source.size === 0) return corrupt("The file is empty.")
  const sniffed = sniff(source.peek(0, sniffBytes))
  if (!sniffed.isPhoto) return unsupported(strangerDetail(sniffed.looksLike))
  const outlined = outlineOf(source, outliners[sniffed.type])
  if (!outlined.ok) return outlined

  const outline = outlined.value
  const secondNature = secondNatureOf(source, outline)
  if (secondNature)
    return unsupported(`The file is a photo and ${secondNature} at once; such files are refused.`)
  if (!isSamePhotoType(outline.type, declaredType))
    return mismatched(
      `The file was announced as ${declaredType} but is ${outline.type}. Upload it as what it is.`,
    )
  return withinLimits(outline, limits)
}

const outliners: Record<PhotoType, Outliner> = {
  "image/jpeg": outlineJpeg,
  "image/png": outlinePng,
  "image/webp": outlineWebp,
  "image/gif": outlineGif,
  "image/tiff": outlineTiff,
  "image/avif": outlineHeif,
  "image/heic": outlineHeif,
  "image/heif": outlineHeif,
}

const outlineOf = (source: ByteSource, outliner: Outliner): Result<Outline, PhotoFault> => {
  try {
    return outliner(source)
  } catch (error) {
    if (error instanceof EndsEarly) return endsEarly
    throw error
  }
}

const strangerDetail = (looksLike: string | null): string =>
  looksLike ? `This is ${looksLike}, not a photo.` : "This is not a photo in any format that is taken here."

const withinLimits = (
  outline: Outline,
  { maxPixels, maxDecodedBytes }: SurveyLimits,
): Result<Outline, PhotoFault> => {
  const { width, height, decodeBytes } = outline
  if (width * height > maxPixels)
    return tooManyPixels(
      `The photo has ${width} × ${height} pixels; at most ${Math.floor(maxPixels / 1e6)} megapixel are taken.`,
    )
  if (decodeBytes > maxDecodedBytes)
    return tooManyPixels(
      `The photo has ${width} × ${height} pixels in a form that must be held in memory whole, which is too much.`,
    )
  return ok(outline)
}
