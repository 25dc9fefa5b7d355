import { pause } from "./signals.ts"

/** Spaces creates out so that they stay below the limit of the API, which its `RateLimit` header reports. */
export type CreatePace = {
  onHeaders: (path: string, headers: Headers) => void
  /** Waits until the API accepts another create. */
  wait: () => Promise<void>
}

export const createPace = (): CreatePace => {
  let notBefore = 0
  return {
    onHeaders: (path, headers) => {
      if (path !== "/commands/upload-jobs") return
      // https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/: r = remaining, t = seconds to the next.
      const header = headers.get("ratelimit") ?? ""
      const remaining = /;\s*r=(\d+)/.exec(header)?.[1]
      const seconds = /;\s*t=(\d+)/.exec(header)?.[1]
      if (remaining === "0" && seconds !== undefined) notBefore = Date.now() + Number(seconds) * 1000
    },
    wait: () => pause(Math.max(0, notBefore - Date.now())),
  }
}
