import type { PhotoAnnotations } from "../../../../domain/image.ts"
import { cleanString } from "../exif/clean-text.ts"

export const emptyAnnotations: PhotoAnnotations = {
  title: null,
  caption: null,
  keywords: [],
  rating: null,
  creator: null,
}

// IPTC limits a caption to 2,000 characters, all other texts to fewer.
const maxCharacters = 2000
const maxKeywordCharacters = 256

/** Catalogues of agencies have up to 50. */
const maxKeywords = 100

/** The first text that is not empty, made safe to store. */
export const firstText = (texts: readonly string[]): string | null =>
  texts.map((text) => cleanString(text, maxCharacters)).find((text) => text !== null) ?? null

/** Joins the names of several creators. */
export const creatorOf = (names: readonly string[]): string | null => firstText([names.join(", ")])

/** The keywords without repetitions, made safe to store. */
export const keywordsOf = (texts: readonly string[]): string[] => {
  const keywords = texts
    .slice(0, maxKeywords)
    .flatMap((text) => cleanString(text, maxKeywordCharacters) ?? [])
  return [...new Set(keywords)]
}
