import { useEffect, useRef } from "preact/hooks"
import { formatMonth } from "../ui/format.ts"
import { viewport } from "../ui/viewport.ts"
import { photos } from "./photo-list.ts"
import type { Layout } from "./sections.ts"

/** The height of the top bar, below which a month begins. */
const topBar = 56

/** The timeline at the right edge: a label per year, a mark per month. */
export const Scrubber = ({ layout, galleryTop }: { layout: Layout; galleryTop: number }) => {
  // A month whose photos are not loaded moves when they are: scroll to it again until the user scrolls.
  const target = useRef<string | null>(null)
  useEffect(() => {
    const forget = () => {
      target.current = null
    }
    for (const name of ["wheel", "touchmove", "keydown"]) addEventListener(name, forget, { passive: true })
    return () => {
      for (const name of ["wheel", "touchmove", "keydown"]) removeEventListener(name, forget)
    }
  }, [])
  const scrollToMonth = (month: string) => {
    const section = layout.sections.find((each) => each.month === month)
    if (section) scrollTo({ top: galleryTop + section.top - topBar, behavior: "instant" })
  }
  useEffect(() => {
    if (target.current) scrollToMonth(target.current)
  }, [photos.value])

  if (layout.sections.length < 2) return null
  const position = viewport.value.top - galleryTop + topBar + 1
  const current = layout.sections.findLast(({ top }) => top <= position) ?? layout.sections[0]
  let year = ""
  return (
    <nav class="scrubber" aria-label="Months">
      <ol>
        {layout.sections.map(({ month }) => {
          const isNewYear = month.slice(0, 4) !== year
          year = month.slice(0, 4)
          return (
            <li key={month} class={isNewYear ? "has-year" : ""}>
              <button
                type="button"
                aria-current={month === current?.month ? "true" : undefined}
                onClick={() => {
                  target.current = month
                  scrollToMonth(month)
                }}
              >
                {isNewYear && (
                  <span class="scrubber-year" aria-hidden="true">
                    {month.slice(0, 4)}
                  </span>
                )}
                <span class="scrubber-month">
                  {formatMonth(month).slice(0, 3)}
                  <span class="visually-hidden"> {month.slice(0, 4)}</span>
                </span>
              </button>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
