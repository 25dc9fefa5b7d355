import { computed } from "@preact/signals"
import { Icon } from "../ui/icon.tsx"
import { isOnline } from "./network.ts"
import { isActive, runs } from "./uploads.ts"

const isStalled = computed(() => runs.value.some(({ stalledAt }) => stalledAt.value > 0))

/** Why nothing is sent at the moment. */
export const Banners = () => {
  if (!isActive.value) return null
  if (!isOnline.value)
    return (
      <p class="banner">
        <Icon name="wifi-off" /> Paused: you are offline. Uploads continue when you are back.
      </p>
    )
  if (isStalled.value)
    return (
      <p class="banner">
        <Icon name="clock" /> The connection is slow or interrupted. Trying again …
      </p>
    )
  return null
}
