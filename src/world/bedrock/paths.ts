/** Addresses of Bedrock's: a model, with its escapes, and what is wanted of it. */

/** The model and what is wanted of it; undefined for any other path. */
export const modelIn = (path: string): { readonly model: string; readonly verb: string } | undefined => {
  const [, model, verb] = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path) ?? []
  if (model === undefined || verb === undefined) return undefined
  try {
    return { model: decodeURIComponent(model), verb }
  } catch {
    // Broken escapes name no model, and the answer says that there is none such.
    return { model, verb }
  }
}
