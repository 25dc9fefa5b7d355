const units = ["B", "kB", "MB", "GB", "TB"]

/** A size as people read it: "3.4 GB". Decimal units, as disks and cameras state them. */
export const formatBytes = (bytes: number): string => {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit > 0 && value < 100 ? 1 : 0
  return `${trimZero(value.toFixed(digits))} ${units[unit]}`
}

const trimZero = (text: string): string => text.replace(/\.0$/, "")

/** A remaining time, rounded as people say it: "2 min left". */
export const formatRemaining = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${Math.max(1, seconds)} s left`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`
}

/** "1 photo", "612 photos". */
export const formatCount = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`

/** "May 2024" of "2024-05". */
export const formatMonth = (month: string): string => {
  const [year = "", number = "1"] = month.split("-")
  return `${monthNames[Number(number) - 1]} ${year}`
}

const monthNames = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
]

/** A date and time in the user's zone: "24 Nov 2026, 10:30". */
export const formatInstant = (instant: string): string =>
  new Date(instant).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })
