import { useUpload } from "rapid-photo-upload-react"
import { createClient } from "rapid-photo-upload-sdk"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"

const parameters = new URLSearchParams(location.search)
const client = createClient({
  baseUrl: parameters.get("edge") ?? "",
  email: parameters.get("email") ?? "",
  password: parameters.get("password") ?? "",
  storage: null,
})

let renders = 0

const Uploader = () => {
  const uploads = useUpload(client)
  renders += 1
  const { files, uploadedFiles, failedFiles, cancelledFiles, duplicateFiles, averageProgress } = uploads
  return (
    <main>
      <input
        type="file"
        multiple
        onChange={(event) => void uploads.upload(event.currentTarget.files ?? [], { retryDelaysMs: [10] })}
      />
      <button type="button" onClick={uploads.pause}>
        Pause
      </button>
      <button type="button" onClick={uploads.resume}>
        Resume
      </button>
      <button type="button" onClick={uploads.cancel}>
        Cancel
      </button>
      <button type="button" onClick={() => void uploads.retry()}>
        Retry
      </button>
      <button type="button" onClick={uploads.reset}>
        Reset
      </button>
      <output>
        {JSON.stringify({
          files: files.length,
          uploaded: uploadedFiles.length,
          duplicates: duplicateFiles.length,
          failed: failedFiles.length,
          cancelled: cancelledFiles.length,
          averageProgress,
          isPending: uploads.isPending,
          isPaused: uploads.isPaused,
          isSettled: uploads.isSettled,
          allSucceeded: uploads.allSucceeded,
          hasFailedFiles: uploads.hasFailedFiles,
          renders,
        })}
      </output>
    </main>
  )
}

const root = document.querySelector("#root")
if (root)
  createRoot(root).render(
    <StrictMode>
      <Uploader />
    </StrictMode>,
  )
