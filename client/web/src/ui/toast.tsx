import { signal } from "@preact/signals"
import { announce } from "./announcer.tsx"
import { IconButton } from "./icon-button.tsx"

type Toast = { text: string; action?: { label: string; run: () => void } }

const current = signal<Toast | null>(null)
let timer: ReturnType<typeof setTimeout> | undefined

/** Shows a short message for some seconds. */
export const showToast = (text: string, action?: Toast["action"]): void => {
  clearTimeout(timer)
  current.value = { text, ...(action && { action }) }
  announce(text)
  timer = setTimeout(hide, 8000)
}

const hide = () => {
  current.value = null
}

export const ToastView = () => {
  const toast = current.value
  if (!toast) return null
  return (
    <section class="toast" aria-label="Message">
      <span>{toast.text}</span>
      {toast.action && (
        <button
          type="button"
          class="button plain"
          onClick={() => {
            toast.action?.run()
            hide()
          }}
        >
          {toast.action.label}
        </button>
      )}
      <IconButton icon="x" label="Dismiss" onClick={hide} />
    </section>
  )
}
