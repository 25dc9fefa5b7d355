import { problemText } from "../session/problem-text.ts"
import { api } from "../session/session.ts"
import { IconButton } from "../ui/icon-button.tsx"
import { showToast } from "../ui/toast.tsx"

/** Downloads the original. */
export const DownloadButton = ({ photoId, filename }: { photoId: string; filename: string }) => {
  const download = async () => {
    try {
      const link = document.createElement("a")
      link.href = (await api.getDownloadUrl(photoId)).url
      // The response is an attachment. In this tab the browser would ask about uploads in progress first.
      link.target = "_blank"
      link.rel = "noopener"
      link.click()
    } catch (error) {
      showToast(problemText(error))
    }
  }
  return <IconButton icon="download" label={`Download ${filename}`} onClick={download} />
}
