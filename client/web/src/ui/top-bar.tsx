import { SearchBar } from "../gallery/search-bar.tsx"
import { AccountMenu } from "../session/account-menu.tsx"
import { QuotaBar } from "../session/quota-bar.tsx"
import { UploadMenu } from "../upload/upload-menu.tsx"
import { Icon } from "./icon.tsx"
import { Link } from "./link.tsx"
import { route } from "./routes.ts"

/** Navigation, search, upload and account. */
export const TopBar = () => (
  <header class="top-bar">
    <Link class="brand" href="/" aria-label="RapidPhotoUpload, home">
      <img src="/icon.svg" alt="" width="28" height="28" />
      <span>RapidPhotoUpload</span>
    </Link>
    <SearchBar />
    <Navigation />
    <span class="spacer" />
    <QuotaBar />
    <UploadMenu />
    <AccountMenu />
  </header>
)

/** At the top of wide screens, at the bottom of phones. */
const Navigation = () => {
  const isUploads = route.value.name.startsWith("upload")
  return (
    <nav class="navigation" aria-label="Main">
      <Link href="/" aria-current={isUploads ? undefined : "page"}>
        <Icon name="images" /> Photos
      </Link>
      <Link href="/uploads" aria-current={isUploads ? "page" : undefined}>
        <Icon name="list-checks" /> Uploads
      </Link>
    </nav>
  )
}
