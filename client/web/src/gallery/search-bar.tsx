import { useEffect, useRef, useState } from "preact/hooks"
import { Icon } from "../ui/icon.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { navigate, route } from "../ui/routes.ts"
import { filter, isFiltered, noFilter, type PhotoFilter } from "./photo-filter.ts"

/** The pause after a key before the search begins, in ms. */
const typingMs = 250

/** Searches filenames, folders, cameras and tags; more fields when it is in use. */
export const SearchBar = () => {
  const [draft, setDraft] = useState(filter.value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isOpen = isFiltered(draft)
  const applied = filter.value
  useEffect(() => setDraft(applied), [applied])

  const change = (next: Partial<PhotoFilter>, waitMs = typingMs) => {
    const value = { ...draft, ...next }
    setDraft(value)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      filter.value = value
      if (route.peek().name !== "photos") navigate("/")
    }, waitMs)
  }
  return (
    <search class="search">
      <div class="search-field">
        <Icon name="search" />
        <input
          id="search"
          type="search"
          placeholder="Search photos"
          aria-label="Search names, folders, cameras and tags"
          value={draft.q}
          maxLength={100}
          onInput={({ currentTarget }) => change({ q: currentTarget.value })}
        />
        {isOpen && <IconButton icon="x" label="Clear the search" onClick={() => change(noFilter, 0)} />}
      </div>
    </search>
  )
}

/** The fields of a search by tag and by date of capture. */
export const FilterBar = () => {
  const { tag, takenFrom, takenTo } = filter.value
  const change = (next: Partial<PhotoFilter>) => {
    filter.value = { ...filter.peek(), ...next }
  }
  return (
    <fieldset class="filter-bar">
      <legend class="visually-hidden">Filter photos</legend>
      <label>
        Tag
        <input
          type="text"
          name="tag"
          value={tag}
          maxLength={64}
          onChange={({ currentTarget }) => change({ tag: currentTarget.value })}
        />
      </label>
      <label>
        Taken from
        <input
          type="date"
          value={takenFrom}
          onChange={({ currentTarget }) => change({ takenFrom: currentTarget.value })}
        />
      </label>
      <label>
        to
        <input
          type="date"
          value={takenTo}
          onChange={({ currentTarget }) => change({ takenTo: currentTarget.value })}
        />
      </label>
      {isFiltered(filter.value) && (
        <button
          type="button"
          class="button small"
          onClick={() => {
            filter.value = noFilter
          }}
        >
          Clear
        </button>
      )}
    </fieldset>
  )
}
