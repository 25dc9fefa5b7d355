import { account } from "./account.ts"
import { quotaText } from "./account-menu.tsx"

/** How much of the quota is used. */
export const QuotaBar = () => {
  const known = account.value
  if (!known) return null
  const share = known.limitBytes ? Math.min(1, known.usedBytes / known.limitBytes) : 0
  return (
    <div class="quota">
      {known.limitBytes !== null && (
        <progress class="bar" max={1} value={share} aria-label="Used storage">
          {Math.round(share * 100)} %
        </progress>
      )}
      <span class="quiet small">{quotaText(known)}</span>
    </div>
  )
}
