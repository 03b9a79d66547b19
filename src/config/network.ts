/** Addresses and ranges of the network, as people write them. */
import { isIP } from 'node:net'

/** True for an address of version 4 or 6, also with the length of a prefix behind it. */
export const isNetwork = (text: string): boolean => {
  const [address = '', prefix, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  if (prefix === undefined) return true
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)
}
