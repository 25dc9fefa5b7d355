import { useRef } from "preact/hooks"

/** Shorter movements are taps. */
const minDistance = 60

/** Handlers for a finger that moves across a photo. */
export const useSwipe = (actions: { onLeft: () => void; onRight: () => void; onDown: () => void }) => {
  const start = useRef<{ x: number; y: number } | null>(null)
  return {
    onTouchStart: ({ touches }: TouchEvent) => {
      const [touch] = touches
      start.current = touch && touches.length === 1 ? { x: touch.clientX, y: touch.clientY } : null
    },
    onTouchEnd: ({ changedTouches: [touch] }: TouchEvent) => {
      // A zoomed page is panned with the same movement.
      if (!start.current || !touch || (visualViewport?.scale ?? 1) > 1) return
      const x = touch.clientX - start.current.x
      const y = touch.clientY - start.current.y
      if (Math.abs(x) > minDistance && Math.abs(x) > 2 * Math.abs(y))
        (x < 0 ? actions.onLeft : actions.onRight)()
      else if (y > 2 * minDistance && y > 2 * Math.abs(x)) actions.onDown()
    },
  }
}
