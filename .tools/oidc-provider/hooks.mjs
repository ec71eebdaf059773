// Module hooks: every import of node:crypto but crypto.mjs's own gets crypto.mjs.
const ours = new URL('./crypto.mjs', import.meta.url).href;

export async function resolve(specifier, context, nextResolve) {
  if (specifier === 'node:crypto' && context.parentURL !== ours) {
    return { url: ours, shortCircuit: true };
  }
  return nextResolve(specifier, context);
}
