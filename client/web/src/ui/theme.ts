import { effect, signal } from "@preact/signals"

const themes = ["system", "light", "dark"] as const
export type Theme = (typeof themes)[number]

const key = "theme"

export const theme = signal<Theme>(themes.find((each) => each === localStorage.getItem(key)) ?? "system")

effect(() => {
  const { value } = theme
  localStorage.setItem(key, value)
  if (value === "system") delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = value
})

/** System, light, dark, and again. */
export const nextTheme = (): void => {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? "system"
}
