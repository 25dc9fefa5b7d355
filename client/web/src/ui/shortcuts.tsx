import { signal } from "@preact/signals"
import { Dialog } from "./dialog.tsx"

export const areShortcutsShown = signal(false)

const shortcuts: readonly [keys: string, action: string][] = [
  ["/", "Search"],
  ["U", "Choose photos to upload"],
  ["← ↑ → ↓", "Move between photos"],
  ["Enter", "Open the photo"],
  ["Space", "Select the photo"],
  ["Shift + click", "Select all photos in between"],
  ["Ctrl or ⌘ + A", "Select all photos that are loaded"],
  ["I", "Show the details of the open photo"],
  ["Z", "Show the open photo at 100 %"],
  ["Esc", "Close the topmost layer"],
  ["?", "Show this list"],
]

export const ShortcutsDialog = () =>
  areShortcutsShown.value ? (
    <Dialog
      title="Keyboard shortcuts"
      onClose={() => {
        areShortcutsShown.value = false
      }}
    >
      <dl class="shortcuts">
        {shortcuts.map(([keys, action]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  ) : null
