import { useEffect } from "preact/hooks"
import { PhotosPage } from "./gallery/photos-page.tsx"
import { JobPage } from "./jobs/job-page.tsx"
import { JobsPage } from "./jobs/jobs-page.tsx"
import { loadAccount } from "./session/account.ts"
import { resumeSession, session } from "./session/session.ts"
import { SignIn } from "./session/sign-in.tsx"
import { Announcer } from "./ui/announcer.tsx"
import { handleGlobalKey } from "./ui/global-keys.ts"
import { route } from "./ui/routes.ts"
import { ShortcutsDialog } from "./ui/shortcuts.tsx"
import { ToastView } from "./ui/toast.tsx"
import { TopBar } from "./ui/top-bar.tsx"
import { DropZone } from "./upload/drop-zone.tsx"
import { SummaryDialog } from "./upload/summary-dialog.tsx"
import { UploadPanel } from "./upload/upload-panel.tsx"
import { loadUnfinished } from "./upload/uploads.ts"
import { Viewer } from "./viewer/viewer.tsx"

export const App = () => {
  useEffect(() => void resumeSession(), [])
  const current = session.value
  return (
    <>
      {current === "unknown" && <p class="loading">Loading …</p>}
      {current === "signedOut" && <SignIn />}
      {current === "signedIn" && <SignedIn />}
      <Announcer />
    </>
  )
}

const SignedIn = () => {
  useEffect(() => {
    void loadAccount()
    void loadUnfinished()
    addEventListener("keydown", handleGlobalKey)
    return () => removeEventListener("keydown", handleGlobalKey)
  }, [])
  const { value } = route
  return (
    <>
      <TopBar />
      <main class="main">
        {(value.name === "photos" || value.name === "photo") && <PhotosPage />}
        {value.name === "uploads" && <JobsPage />}
        {value.name === "upload" && <JobPage jobId={value.jobId} />}
      </main>
      {value.name === "photo" && <Viewer photoId={value.photoId} />}
      <UploadPanel />
      <SummaryDialog />
      <ShortcutsDialog />
      <ToastView />
      <DropZone />
    </>
  )
}
