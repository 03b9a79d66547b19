/** This package's version, as providers and spans are told it. */

export const version = '0.1.0'
