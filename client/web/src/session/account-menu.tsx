import { useEffect, useRef, useState } from "preact/hooks"
import { formatBytes, formatCount } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { areShortcutsShown } from "../ui/shortcuts.tsx"
import { nextTheme, theme } from "../ui/theme.ts"
import { account } from "./account.ts"
import { signOut } from "./session.ts"

const themeIcons = { system: "monitor", light: "sun", dark: "moon" } as const

/** The account, the theme, the shortcuts and signing out. */
export const AccountMenu = () => {
  const [isOpen, setIsOpen] = useState(false)
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const closeOutside = ({ target }: Event) => {
      if (target instanceof Node && !menu.current?.contains(target)) setIsOpen(false)
    }
    const closeByKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return
      event.preventDefault()
      setIsOpen(false)
      menu.current?.querySelector("button")?.focus()
    }
    document.addEventListener("pointerdown", closeOutside)
    document.addEventListener("keydown", closeByKey)
    return () => {
      document.removeEventListener("pointerdown", closeOutside)
      document.removeEventListener("keydown", closeByKey)
    }
  }, [isOpen])
  const known = account.value
  return (
    <div ref={menu} class="menu-anchor">
      <IconButton icon="user" label="Account" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)} />
      {isOpen && (
        <div class="menu">
          {known && (
            <p class="menu-account">
              <strong>{known.email ?? "Your account"}</strong>
              <span class="quiet small">
                {formatCount(known.photoCount, "photo")} · {quotaText(known)}
              </span>
            </p>
          )}
          <button type="button" onClick={nextTheme}>
            <Icon name={themeIcons[theme.value]} /> Theme: {theme.value}
          </button>
          <button
            type="button"
            onClick={() => {
              setIsOpen(false)
              areShortcutsShown.value = true
            }}
          >
            <Icon name="keyboard" /> Keyboard shortcuts
          </button>
          <a href="/docs">
            <Icon name="external-link" /> API reference
          </a>
          <button type="button" onClick={signOut}>
            <Icon name="log-out" /> Sign out
          </button>
        </div>
      )}
    </div>
  )
}

/** "12.4 of 50 GB". */
export const quotaText = ({
  usedBytes,
  limitBytes,
}: {
  usedBytes: number
  limitBytes: number | null
}): string =>
  limitBytes === null
    ? `${formatBytes(usedBytes)} used`
    : shareText(formatBytes(usedBytes), formatBytes(limitBytes))

// "12.4 of 50 GB", but "900 MB of 50 GB".
const shareText = (used: string, limit: string): string => {
  const [figure = "", unit] = used.split(" ")
  return limit.endsWith(` ${unit}`) ? `${figure} of ${limit}` : `${used} of ${limit}`
}
