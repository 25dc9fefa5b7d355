import { isPhotoId } from "../../domain/ids.ts"

/** The photo's id in the key of an original or a thumbnail; the key itself, which is no photo's id, in any other. */
export const photoIdInKey = (key: string): string => key.split("/").find(isPhotoId) ?? key
