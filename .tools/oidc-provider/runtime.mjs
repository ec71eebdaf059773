// oidc-provider asks for Node 22. These standard functions are all that it misses in Debian 12's Node 18; a newer Node
// has them, and nothing is changed. Import this before the provider.
import * as crypto from 'node:crypto';
import { register } from 'node:module';

globalThis.crypto ??= crypto.webcrypto;

URL.parse ??= (url, base) => {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
};

if (!('hash' in crypto)) {
  register('./hooks.mjs', import.meta.url);
}
