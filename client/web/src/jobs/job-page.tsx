import { useEffect, useState } from "preact/hooks"
import type { ReceiptResponse, UploadJobSnapshot } from "rapid-photo-upload-sdk"
import { save } from "../gallery/download-zip.ts"
import { problemText } from "../session/problem-text.ts"
import { api } from "../session/session.ts"
import { formatInstant } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Link } from "../ui/link.tsx"
import { showToast } from "../ui/toast.tsx"
import { JobItems } from "./job-items.tsx"
import { jobText } from "./job-verdict.ts"
import { ReceiptVerdict } from "./receipt-verdict.tsx"

const formats = [
  { label: "Signed receipt (JSON)", type: "application/json", extension: "json" },
  { label: "Table (CSV)", type: "text/csv", extension: "csv" },
  { label: "Printable (HTML)", type: "text/html", extension: "html" },
] as const

/** One upload: its photos, its verdict and its receipt. */
export const JobPage = ({ jobId }: { jobId: string }) => {
  const [job, setJob] = useState<UploadJobSnapshot | null>(null)
  const [receipt, setReceipt] = useState<ReceiptResponse | null>(null)
  const [failure, setFailure] = useState("")
  useEffect(() => {
    const load = async () => {
      try {
        const snapshot = await api.getUploadJob(jobId)
        setJob(snapshot)
        if (snapshot.terminal) setReceipt(await api.getReceipt(jobId))
      } catch (error) {
        setFailure(problemText(error))
      }
    }
    void load()
  }, [jobId])

  const download = async ({ type, extension }: (typeof formats)[number]) => {
    try {
      save(new Blob([await api.getReceiptText(jobId, extension)], { type }), `receipt-${jobId}.${extension}`)
    } catch (error) {
      showToast(problemText(error))
    }
  }
  return (
    <div class="page">
      <Link class="back" href="/uploads">
        <Icon name="arrow-left" size={16} /> Uploads
      </Link>
      <h1>{job ? `Upload of ${formatInstant(job.createdAt)}` : "Upload"}</h1>
      {failure && <p class="failure-text">{failure}</p>}
      {job && <p class="quiet">{jobText(job)}</p>}
      {receipt && (
        <>
          <ReceiptVerdict manifest={receipt.manifest} />
          <section class="card" aria-labelledby="receipt-title">
            <h2 id="receipt-title">
              <Icon name="receipt-text" /> Receipt
            </h2>
            <p class="quiet">
              The receipt lists every file with its checksum and its result. It is signed, so that anyone can
              check it later.
            </p>
            <p class="checksum">
              <span class="quiet">SHA-256 of the manifest</span> <code>{receipt.manifestSha256}</code>
            </p>
            <div class="button-row">
              {formats.map((format) => (
                <button key={format.extension} type="button" class="button" onClick={() => download(format)}>
                  <Icon name="download" size={16} /> {format.label}
                </button>
              ))}
            </div>
          </section>
        </>
      )}
      {job && <JobItems items={job.items} />}
    </div>
  )
}
