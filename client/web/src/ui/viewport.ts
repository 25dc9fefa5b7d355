import { signal } from "@preact/signals"
import type { RefObject } from "preact"
import { useLayoutEffect, useState } from "preact/hooks"

/** The visible part of the document, updated once per frame. */
export const viewport = signal({ top: scrollY, height: innerHeight })

let frame = 0
const update = () => {
  frame = 0
  if (viewport.peek().top !== scrollY || viewport.peek().height !== innerHeight)
    viewport.value = { top: scrollY, height: innerHeight }
}
const schedule = () => {
  if (frame === 0) frame = requestAnimationFrame(update)
}
addEventListener("scroll", schedule, { passive: true })
addEventListener("resize", schedule)

/** The width of an element and its distance from the top of the document; width 0 before the first layout. */
export const useBox = (element: RefObject<HTMLElement | null>): { width: number; top: number } => {
  const [box, setBox] = useState({ width: 0, top: 0 })
  useLayoutEffect(() => {
    const measure = () => {
      const rect = element.current?.getBoundingClientRect()
      if (!rect) return
      const next = { width: Math.floor(rect.width), top: Math.round(rect.top + scrollY) }
      setBox((last) => (last.width === next.width && last.top === next.top ? last : next))
    }
    measure()
    const observer = new ResizeObserver(measure)
    if (element.current) observer.observe(element.current)
    // What is above the element changes the height of the body.
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [element])
  return box
}
