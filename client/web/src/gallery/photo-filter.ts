import { signal } from "@preact/signals"

/** What the gallery shows. Dates are local days of capture, `YYYY-MM-DD`. */
export type PhotoFilter = { q: string; tag: string; takenFrom: string; takenTo: string }

export const noFilter: PhotoFilter = { q: "", tag: "", takenFrom: "", takenTo: "" }

export const filter = signal<PhotoFilter>(noFilter)

export const isFiltered = ({ q, tag, takenFrom, takenTo }: PhotoFilter): boolean =>
  [q, tag, takenFrom, takenTo].some((value) => value.trim() !== "")

/** The filter as parameters of the queries; empty fields are left out. */
export const filterParameters = ({ q, tag, takenFrom, takenTo }: PhotoFilter): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ q, tag, takenFrom, takenTo }).flatMap(([name, value]) =>
      value.trim() === "" ? [] : [[name, value.trim()]],
    ),
  )
