import { Icon } from "../ui/icon.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { acceptAttribute } from "./accepted-files.ts"
import { openPicker } from "./chosen.ts"

/** Chooses files, or a folder. */
export const UploadMenu = () => (
  <div class="upload-buttons">
    <button type="button" class="button primary" onClick={() => openPicker("files", acceptAttribute)}>
      <Icon name="upload" /> Upload
    </button>
    <IconButton
      icon="folder-up"
      label="Upload a folder"
      onClick={() => openPicker("folder", acceptAttribute)}
    />
  </div>
)
