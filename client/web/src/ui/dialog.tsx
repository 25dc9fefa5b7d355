import type { ComponentChildren } from "preact"
import { useEffect, useId, useRef } from "preact/hooks"
import { IconButton } from "./icon-button.tsx"

type Props = {
  title: string
  onClose: () => void
  children: ComponentChildren
  class?: string
}

/** A modal dialog. The browser keeps the focus inside and returns it; Escape closes. */
export const Dialog = ({ title, onClose, children, class: className = "" }: Props) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      class={`dialog ${className}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <header class="dialog-header">
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="x" label="Close" onClick={onClose} />
      </header>
      {children}
    </dialog>
  )
}
