import { thumbHashToDataURL } from "thumbhash"

const known = new Map<string, string>()

/** Placeholders that are kept. Each is about 3 kB. */
const maxKnown = 500

/** A blurred picture to show while the thumbnail loads, as a CSS image. */
export const placeholderOf = (thumbhash: string | null | undefined): string | undefined => {
  if (!thumbhash) return undefined
  const cached = known.get(thumbhash)
  if (cached !== undefined) return cached
  const image = decode(thumbhash)
  if (known.size >= maxKnown) known.clear()
  known.set(thumbhash, image)
  return image
}

const decode = (thumbhash: string): string => {
  try {
    const bytes = Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0))
    return `url(${thumbHashToDataURL(bytes)})`
  } catch {
    return "none"
  }
}
