// What the page calls things. Nothing here touches the document.

const states = {
  active: ["Signed in", "good"],
  retrying: ["Trying again", "wait"],
  expiring: ["Ends soon", "wait"],
  sign_in_needed: ["Sign-in needed", "bad"],
  setup_needed: ["Setup needed", "bad"],
  keychain_locked: ["Keychain locked", "wait"],
  paused: ["Paused", "off"],
  signed_out: ["Signed out", "off"],
};

const reasons = {
  revoked: "Access was revoked at the provider.",
  expired: "The sign-in has run out.",
  reused: "The provider saw the refresh token twice and ended the session.",
  refused: "The provider no longer accepts the sign-in.",
  interrupted_rotation: "An answer of the provider was lost on the way, and with it the new refresh token.",
  interaction_required: "The provider wants to ask you something.",
  account_disabled: "The provider says that the account is disabled.",
  wrong_account: "Another account signed in than before.",
  no_refresh_token: "The provider gave nothing to renew the session with.",
  scope_changed: "The session asks for other rights than you granted.",
  client: "The provider does not accept the client id or its secret.",
  redirect: "The redirect address is not registered with the provider.",
  scope: "The provider does not know one of the scopes.",
  config: "The session's definition has a fault.",
  locked: "The keychain waits for your password.",
  denied: "The keychain's prompt was refused.",
  absent: "There is no keychain.",
  slow: "The keychain does not answer.",
  full: "The keychain has no room.",
};

const happenings = {
  "session.added": "Added",
  "session.removed": "Removed",
  "session.state": "State changed",
  "token.renewed": "Token renewed",
  "refresh.failed": "Refresh failed",
  "session.warning": "Warned",
  "session.cured": "Well again",
  "consent.opened": "Sign-in page opened",
  "consent.done": "Sign-in ended",
  "keychain.state": "Keychain changed",
  "keeper.wake": "Woke up",
};

export const stateWord = (state) => states[state]?.[0] ?? state;
export const tone = (state) => states[state]?.[1] ?? "wait";
export const happening = (type) => happenings[type] ?? type;
export const reasonWord = (reason) => reasons[reason] ?? reason;

// why says what is the matter in a sentence, or nothing.
export function why(session) {
  if (session.detail) return session.detail;
  return session.reason ? reasonWord(session.reason) : "";
}

// span writes milliseconds as people say them: the two largest units.
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "0 s";
  const [name, size] = units[first];
  let text = `${Math.floor(seconds / size)} ${name}`;
  const next = units[first + 1];
  if (next) {
    const rest = Math.floor((seconds % size) / next[1]);
    if (rest > 0) text += ` ${rest} ${next[0]}`;
  }
  return text;
}

// timeLeft tells of the deadlines that matter now.
export function timeLeft(session, now) {
  const left = (at) => (at ? Date.parse(at) - now : NaN);
  const parts = [];
  const usable = left(session.usable_until);
  if (usable > 0 && session.state !== "paused") parts.push(`Token good for ${span(usable)}`);
  const ends = left(session.ends_at);
  if (ends > 0) parts.push(`session ends in ${span(ends)}`);
  else if (ends <= 0 && session.state !== "signed_out") parts.push("session has ended");
  const next = left(session.next_try_at);
  if (session.state === "retrying" && next > 0) parts.push(`next try in ${span(next)}`);
  const text = parts.join(" · ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function lastError(session) {
  const e = session.last_error;
  if (!e) return "";
  const code = e.http_status ? `${e.code}, status ${e.http_status}` : e.code;
  return `Last error (${code})${e.message ? `: ${e.message}` : ""}`;
}
