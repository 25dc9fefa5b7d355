import { Dialog } from "./dialog.tsx"

type Props = {
  title: string
  text: string
  action: string
  dismiss?: string
  onConfirm: () => void
  onClose: () => void
}

/** Asks before something that cannot be undone. */
export const ConfirmDialog = ({ title, text, action, dismiss = "Cancel", onConfirm, onClose }: Props) => (
  <Dialog title={title} onClose={onClose}>
    <p>{text}</p>
    <footer class="dialog-actions">
      <button type="button" class="button" onClick={onClose}>
        {dismiss}
      </button>
      <button
        type="button"
        class="button danger"
        onClick={() => {
          onConfirm()
          onClose()
        }}
      >
        {action}
      </button>
    </footer>
  </Dialog>
)
