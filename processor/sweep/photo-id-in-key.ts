import { isPhotoId } from "../../domain/ids.ts"

/** The photo id in the key of an original or a thumbnail. Returns any other key unchanged; it matches no photo. */
export const photoIdInKey = (key: string): string => key.split("/").find(isPhotoId) ?? key
