import type { PhotoItem } from "./photo-item.ts"

/** Names in a ZIP must differ: a photo whose folder and name are taken gets a number. */
export const zipNames = (photos: readonly Pick<PhotoItem, "filename" | "path">[]): string[] => {
  const taken = new Set<string>()
  return photos.map(({ filename, path }) => {
    const dot = filename.lastIndexOf(".")
    const [stem, extension] = dot > 0 ? [filename.slice(0, dot), filename.slice(dot)] : [filename, ""]
    const folder = path ? `${path}/` : ""
    let name = `${folder}${filename}`
    for (let number = 2; taken.has(name.toLowerCase()); number += 1)
      name = `${folder}${stem} (${number})${extension}`
    taken.add(name.toLowerCase())
    return name
  })
}
