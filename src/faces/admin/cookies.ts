/** Cookies of the admin pages: read, written, sealed so that nobody but this house can read or make them. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/** The value of one cookie; undefined where it is missing or said twice. */
export const cookieIn = (header: string | undefined, name: string): string | undefined => {
  const found = (header ?? '')
    .split(';')
    .map(part => part.trim())
    .filter(part => part.startsWith(`${name}=`))
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined
}

interface CookieOptions {
  readonly path: string
  /** In seconds; 0 takes it away. */
  readonly maxAge: number
  /** Only sent over TLS. */
  readonly secure: boolean
}

/** A cookie that no script reads and that no foreign page sends with a change. */
export const cookieText = (name: string, value: string, { path, maxAge, secure }: CookieOptions): string =>
  `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

const keyBytes = 32
const ivBytes = 12
const tagBytes = 16

/** SHA-256, in base64url: what is stored of a secret that is random through and through. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** 256 random bits, in base64url. */
export const randomText = (): string => randomBytes(keyBytes).toString('base64url')

/** True if both are the same; how long it takes tells nothing of how much of them is. */
export const isSame = (left: string, right: string): boolean =>
  timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest())

/** Seals and signs with keys derived from the secret of the house, which all of its processes have. */
export interface Seal {
  seal(value: unknown): string
  /** What was sealed, or undefined where it was not, or was touched. */
  open(text: string): unknown
  /** The text with its signature. */
  sign(text: string): string
  /** The text whose signature is right. */
  signed(text: string): string | undefined
}

const opened = (key: Buffer, text: string): string => {
  const bytes = Buffer.from(text, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
}

export const sealOf = (secret: string | Uint8Array): Seal => {
  const derive = (what: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `signalbox admin ${what}`, keyBytes))
  const [sealing, signing] = [derive('login'), derive('session')]
  const signatureOf = (text: string): string => createHmac('sha256', signing).update(text).digest('base64url')
  return {
    seal: value => {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', sealing, iv, { authTagLength: tagBytes })
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
    },
    open: text => {
      try {
        return JSON.parse(opened(sealing, text)) as unknown
      } catch {
        // It was not sealed here: nobody may learn in which way.
        return undefined
      }
    },
    sign: text => `${text}.${signatureOf(text)}`,
    signed: text => {
      const dot = text.lastIndexOf('.')
      const said = text.slice(0, Math.max(0, dot))
      return dot > 0 && isSame(text.slice(dot + 1), signatureOf(said)) ? said : undefined
    },
  }
}
