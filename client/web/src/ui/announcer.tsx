import { signal } from "@preact/signals"

const polite = signal("")
const assertive = signal("")

/** Has a screen reader say a text when it is idle. */
export const announce = (text: string): void => {
  polite.value = text
}

/** Has a screen reader say a text at once. For failures. */
export const announceAtOnce = (text: string): void => {
  assertive.value = text
}

/** The live regions of the page. They must exist before their text changes. */
export const Announcer = () => (
  <>
    <div class="visually-hidden" role="status" aria-live="polite">
      {polite}
    </div>
    <div class="visually-hidden" role="alert" aria-live="assertive">
      {assertive}
    </div>
  </>
)
