/** The most tags a photo can have. */
export const maxTagsPerPhoto = 50

/** The longest label, in characters. */
export const maxLabelLength = 64

/** A tag as its owner writes it, and the key that is the same for spellings that differ in case only. */
export type TagLabel = { label: string; tagKey: string }

// Letters, digits, marks, punctuation, symbols and single spaces: no controls, no bidirectional overrides.
const allowedCharacters = /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S} ]|\u200d)+$/u

/** Reads a label, trimmed and in NFC, or null when it is not a valid one. */
export const tagLabelOf = (text: string): TagLabel | null => {
  const label = text.normalize("NFC").replace(/\s+/gu, " ").trim()
  if (label === "" || Array.from(label).length > maxLabelLength || !allowedCharacters.test(label)) return null
  return { label, tagKey: label.toLowerCase().normalize("NFC") }
}
