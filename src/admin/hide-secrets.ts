/** Takes out of a text what could be a secret, wherever somebody put one by mistake. */

const secrets = [
  /\bsk-[A-Za-z0-9_-]{6,}/g,
  /\bBearer\s+\S+/gi,
  // Three parts with dots between, as signed tokens have them.
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
]

/** The text with a sign in the place of each. */
export const hideSecrets = (text: string): string =>
  secrets.reduce((left, one) => left.replaceAll(one, '(secret)'), text)
