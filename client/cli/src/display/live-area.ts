import type { WriteStream } from "node:tty"
import { fitColumns } from "./printable.ts"

/** Lines at the end of a terminal that are drawn again and again, below what is printed. */
export type LiveArea = {
  draw: (lines: readonly string[]) => void
  /** Prints a line above the area. */
  print: (line: string) => void
  clear: () => void
}

const controlSequence = "\u001b["

export const liveArea = (terminal: WriteStream): LiveArea => {
  let drawn: readonly string[] = []
  const erase = () => (drawn.length > 0 ? `${controlSequence}${drawn.length}A${controlSequence}J` : "")
  const text = (lines: readonly string[]) => lines.map((line) => `${fit(line, terminal.columns)}\n`).join("")
  return {
    draw: (lines) => {
      terminal.write(erase() + text(lines))
      drawn = lines
    },
    print: (line) => terminal.write(`${erase()}${line}\n${text(drawn)}`),
    clear: () => {
      terminal.write(erase())
      drawn = []
    },
  }
}

// A wrapped line would take two rows, and the next drawing would erase too little.
const fit = (line: string, columns = 80): string => fitColumns(line, columns - 1)
