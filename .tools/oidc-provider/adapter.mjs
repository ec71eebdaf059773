// A store for the provider that forgets nothing before its time: the one that comes with it drops grants after a
// thousand entries.
const entries = new Map(); // "Model:id" to { payload, expiresAt }

const live = (key) => {
  const entry = entries.get(key);
  if (entry && entry.expiresAt <= Date.now()) {
    entries.delete(key);
    return undefined;
  }
  return entry?.payload;
};

// all returns the payloads of one model.
export const all = (model) =>
  [...entries.keys()].filter((key) => key.startsWith(`${model}:`)).map(live).filter(Boolean);

export class MapAdapter {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload, expiresIn) {
    const expiresAt = expiresIn ? Date.now() + expiresIn * 1000 : Infinity;
    entries.set(`${this.model}:${id}`, { payload, expiresAt });
  }

  async find(id) {
    return live(`${this.model}:${id}`);
  }

  async findByUid(uid) {
    return all(this.model).find((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode) {
    return all(this.model).find((payload) => payload.userCode === userCode);
  }

  async consume(id) {
    const payload = live(`${this.model}:${id}`);
    if (payload) {
      payload.consumed = Math.floor(Date.now() / 1000);
    }
  }

  async destroy(id) {
    entries.delete(`${this.model}:${id}`);
  }

  async revokeByGrantId(grantId) {
    for (const [key, { payload }] of entries) {
      if (payload.grantId === grantId) {
        entries.delete(key);
      }
    }
  }
}
