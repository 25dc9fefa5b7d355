import { randomBytes, scrypt, timingSafeEqual } from "node:crypto"

// OWASP's second recommended parameters: 120 ms measured in workerd, which a Worker's CPU limit allows.
// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
const cost = { logN: 14, r: 8, p: 5 }
const hashBytes = 32
const saltBytes = 16

/** Hashes a password with a new salt. Returns a PHC string, `$scrypt$ln=14,r=8,p=5$salt$hash`. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(saltBytes)
  const hash = await derive(password, salt)
  return `${prefix}${toBase64(salt)}$${toBase64(hash)}`
}

/** Whether `password` matches the hash `stored`. Takes as long for null, so that timing does not show if an account exists. */
export const isPassword = async (password: string, stored: string | null): Promise<boolean> => {
  const [salt, hash] = (stored ?? absentUser).slice(prefix.length).split("$")
  const expected = Buffer.from(hash ?? "", "base64")
  const actual = await derive(password, Buffer.from(salt ?? "", "base64"))
  return expected.length === actual.length && timingSafeEqual(expected, actual) && stored !== null
}

const prefix = `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$`
const absentUser = `${prefix}${"A".repeat(22)}$${"A".repeat(43)}`

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options = { N: 2 ** cost.logN, r: cost.r, p: cost.p, maxmem: 64 * 1024 * 1024 }
    scrypt(password.normalize("NFKC"), salt, hashBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })

const toBase64 = (bytes: Buffer): string => bytes.toString("base64").replace(/={1,2}$/, "")
