import { computed, signal } from "@preact/signals"

/** What the address shows. edge/web-page/route.ts serves the page at these paths. */
export type Route =
  | { name: "photos" }
  | { name: "photo"; photoId: string }
  | { name: "uploads" }
  | { name: "upload"; jobId: string }

const path = signal(location.pathname)

export const parseRoute = (pathname: string): Route => {
  const [, first, second] = pathname.split("/")
  if (first === "photos" && second) return { name: "photo", photoId: second }
  if (first === "uploads") return second ? { name: "upload", jobId: second } : { name: "uploads" }
  return { name: "photos" }
}

export const route = computed(() => parseRoute(path.value))

addEventListener("popstate", () => {
  path.value = location.pathname
})

/** Shows another route. `replace` does not add an entry to the browser's history. */
export const navigate = (to: string, { replace = false } = {}): void => {
  if (to === path.value) return
  if (replace) history.replaceState(history.state, "", to)
  else history.pushState({ isInternal: true }, "", to)
  path.value = to
}

/** Goes back where the user came from, or to `fallback` if the page was opened at this address. */
export const goBack = (fallback: string): void => {
  if ((history.state as { isInternal?: boolean } | null)?.isInternal) history.back()
  else navigate(fallback, { replace: true })
}
