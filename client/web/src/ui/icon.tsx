import { h } from "preact"
import { icons } from "./icon-nodes.ts"

export type IconName = keyof typeof icons

/** An icon without a meaning of its own: a text or a label stands beside it. */
export const Icon = ({ name, size = 20 }: { name: IconName; size?: number }) => (
  <svg
    class="icon"
    aria-hidden="true"
    width={size}
    height={size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    {icons[name].map(([tag, attributes]) => h(tag, attributes))}
  </svg>
)
