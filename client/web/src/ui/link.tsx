import type { ComponentChildren } from "preact"
import { navigate } from "./routes.ts"

type Props = {
  href: string
  class?: string
  title?: string
  "aria-label"?: string
  "aria-current"?: "page" | undefined
  children: ComponentChildren
}

/** A link to another route, which does not load the page again. */
export const Link = ({ href, children, ...rest }: Props) => (
  <a
    {...rest}
    href={href}
    onClick={(event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
      event.preventDefault()
      navigate(href)
    }}
  >
    {children}
  </a>
)
