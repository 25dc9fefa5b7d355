/** Maximum number of tags of a photo. */
export const maxTagsPerPhoto = 50

/** Maximum length of a label, in characters. */
export const maxLabelLength = 64

/** A tag as entered by the user, and its case-insensitive key. */
export type TagLabel = { label: string; tagKey: string }

// Letters, digits, marks, punctuation, symbols and single spaces: no control characters, no bidirectional overrides.
const allowedCharacters = /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S} ]|\u200d)+$/u

/** Parses a label, trimmed and in NFC; null when it is invalid. */
export const tagLabelOf = (text: string): TagLabel | null => {
  const label = text.normalize("NFC").replace(/\s+/gu, " ").trim()
  if (label === "" || Array.from(label).length > maxLabelLength || !allowedCharacters.test(label)) return null
  return { label, tagKey: label.toLowerCase().normalize("NFC") }
}

/** The tags for the keywords in a photo's file. Keywords that are not valid labels are left out. */
export const tagsOfKeywords = (keywords: readonly string[]): TagLabel[] => {
  const tags = new Map<string, TagLabel>()
  for (const keyword of keywords) {
    const tag = tagLabelOf(keyword)
    if (tag && !tags.has(tag.tagKey)) tags.set(tag.tagKey, tag)
  }
  return [...tags.values()].slice(0, maxTagsPerPhoto)
}
