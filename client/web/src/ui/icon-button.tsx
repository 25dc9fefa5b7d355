import type { JSX } from "preact"
import { Icon, type IconName } from "./icon.tsx"

type Props = Omit<JSX.IntrinsicElements["button"], "icon" | "label"> & { icon: IconName; label: string }

/** A button that shows only an icon; its label is read aloud and shown on hover. */
export const IconButton = ({ icon, label, class: className, ...rest }: Props) => (
  <button
    type="button"
    class={`icon-button ${typeof className === "string" ? className : ""}`}
    aria-label={label}
    title={label}
    {...rest}
  >
    <Icon name={icon} />
  </button>
)
