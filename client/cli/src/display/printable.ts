import { stripVTControlCharacters } from "node:util"

/** A name without control characters: a name from another computer must not control the terminal. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\ufffd")

const graphemes = new Intl.Segmenter()

// East Asian wide characters: https://www.unicode.org/reports/tr11/
const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

/** The text, cut to a number of columns of a terminal. Emoji and East Asian characters take two. */
export const fitColumns = (text: string, columns: number): string => {
  let width = 0
  let fitting = ""
  let shortened = ""
  for (const { segment } of graphemes.segment(text)) {
    width += wide.test(segment) ? 2 : 1
    if (width > columns) return `${shortened}…`
    fitting += segment
    if (width < columns) shortened = fitting
  }
  return fitting
}
