/** What would move the cursor of whoever looks, hide text or turn it around, as it is written in code. */

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The text with each of those as `\u001b`. */
export const escapeControls = (text: string): string =>
  text.replace(unseen, sign => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
