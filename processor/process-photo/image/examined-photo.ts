import type { ImageFacts } from "../../../domain/image.ts"
import type { MadeThumbnail } from "./pixels/thumbnails.ts"

/** The facts about a photo, and its thumbnails in the form in which they are stored. */
export type ExaminedPhoto = { facts: ImageFacts; thumbnails: readonly MadeThumbnail[] }
