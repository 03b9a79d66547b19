/** Branded ids, so that one kind of name cannot be taken for another. */

declare const brand: unique symbol
/** A value with a name that only the type checker sees. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name }

export type RequestId = Brand<string, 'RequestId'>
export type DecisionId = Brand<string, 'DecisionId'>
export type DeploymentId = Brand<string, 'DeploymentId'>
export type PoolId = Brand<string, 'PoolId'>
export type ProviderId = Brand<string, 'ProviderId'>
export type ModelId = Brand<string, 'ModelId'>
export type DialectId = Brand<string, 'DialectId'>
export type CredentialId = Brand<string, 'CredentialId'>
export type VirtualKeyId = Brand<string, 'VirtualKeyId'>
export type SessionId = Brand<string, 'SessionId'>
/** 32 lower-case hex digits, never all zero (W3C trace context). */
export type TraceId = Brand<string, 'TraceId'>
/** 16 lower-case hex digits, never all zero (W3C trace context). */
export type SpanId = Brand<string, 'SpanId'>
