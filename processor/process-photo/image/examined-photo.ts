import type { ImageFacts } from "../../../domain/image.ts"
import type { MadeThumbnail } from "./pixels/thumbnails.ts"

/** The facts about a photo, and its encoded thumbnails. */
export type ExaminedPhoto = { facts: ImageFacts; thumbnails: readonly MadeThumbnail[] }
