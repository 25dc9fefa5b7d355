import type { ImageFacts } from "../../../domain/image.ts"
import type { MadeThumbnail } from "./pixels/thumbnails.ts"

/** All that is found out about a photo, and its thumbnails as they will be stored. */
export type ExaminedPhoto = { facts: ImageFacts; thumbnails: readonly MadeThumbnail[] }
