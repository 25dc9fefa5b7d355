// "IPTC-NAA record" (Adobe Photoshop File Formats Specification, "Image Resource IDs").
const iptcId = 0x0404

// Photoshop writes about 30.
const maxResources = 1000

/**
 * The IPTC datasets in Photoshop's image resources: each has a signature, an id, a padded name and padded data
 * (Adobe Photoshop File Formats Specification, "Image Resource Blocks").
 */
export const iptcInResources = (resources: Buffer): Buffer | null => {
  let at = 0
  for (let count = 0; count < maxResources && at + 12 <= resources.length; count += 1) {
    if (resources.toString("latin1", at, at + 4) !== "8BIM") return null
    const id = resources.readUInt16BE(at + 4)
    const nameBytes = 1 + resources.readUInt8(at + 6)
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2)
    if (sizeAt + 4 > resources.length) return null
    const size = resources.readUInt32BE(sizeAt)
    const start = sizeAt + 4
    if (id === iptcId) return resources.subarray(start, start + size)
    at = start + size + (size % 2)
  }
  return null
}
