import { useEffect, useState } from "preact/hooks"
import type { ListUploadJobsResponse } from "rapid-photo-upload-sdk"
import { problemText } from "../session/problem-text.ts"
import { api } from "../session/session.ts"
import { formatCount, formatInstant } from "../ui/format.ts"
import { Icon, type IconName } from "../ui/icon.tsx"
import { Link } from "../ui/link.tsx"
import { UnfinishedBanner } from "../upload/unfinished-banner.tsx"
import { isActive } from "../upload/uploads.ts"
import { jobMark, jobText } from "./job-verdict.ts"

const marks: Record<ReturnType<typeof jobMark>, IconName> = {
  running: "clock",
  stored: "circle-check",
  incomplete: "triangle-alert",
}

type Job = ListUploadJobsResponse["items"][number]

/** All uploads of the account, newest first. */
export const JobsPage = () => {
  const [jobs, setJobs] = useState<readonly Job[] | null>(null)
  const [cursor, setCursor] = useState<string | null>(null)
  const [failure, setFailure] = useState("")
  const active = isActive.value
  const load = async (after: string | null) => {
    try {
      const page = await api.listUploadJobs({ size: 50, ...(after !== null && { cursor: after }) })
      setJobs((last) => (after === null ? page.items : [...(last ?? []), ...page.items]))
      setCursor(page.nextCursor)
      setFailure("")
    } catch (error) {
      setFailure(problemText(error))
    }
  }
  // Again when an upload ends.
  useEffect(() => void load(null), [active])
  return (
    <div class="page">
      <h1>Uploads</h1>
      <UnfinishedBanner />
      {failure && <p class="failure-text">{failure}</p>}
      {jobs?.length === 0 && <p class="quiet">No uploads yet. Drop photos or folders anywhere.</p>}
      <ul class="jobs">
        {jobs?.map((job) => (
          <li key={job.jobId}>
            <Link class={`job job-${jobMark(job)}`} href={`/uploads/${job.jobId}`}>
              <Icon name={marks[jobMark(job)]} />
              <span>
                <strong>{formatInstant(job.createdAt)}</strong>
                <span class="quiet">{jobText(job)}</span>
              </span>
              <span class="job-count">{formatCount(job.totalCount, "photo")}</span>
              <Icon name="chevron-right" size={16} />
            </Link>
          </li>
        ))}
      </ul>
      {cursor !== null && (
        <button type="button" class="button" onClick={() => load(cursor)}>
          Show more
        </button>
      )}
    </div>
  )
}
