// The local API's words: what the keeper sends and takes. Times are RFC 3339.

export interface Account {
  sub?: string;
  name?: string;
  email?: string;
}

export interface LastError {
  verdict: string;
  code: string;
  http_status?: number;
  at: string;
  message?: string;
}

export interface Session {
  name: string;
  provider: string;
  issuer?: string;
  account: Account;
  client_id: string;
  scopes: string[] | null;
  scopes_missing?: string[]; // that it needs and does not get
  state: string;
  reason?: string;
  detail?: string;
  access_expires_at?: string;
  usable_until?: string;
  renew_at?: string;
  ends_at?: string;
  ends_firm?: boolean; // renewals do not move the end
  warn_at?: string;
  last_refresh_at?: string;
  next_try_at?: string;
  signed_in_at?: string;
  generation: number;
  last_error?: LastError;
}

export interface KeeperEvent {
  type: string;
  at: string;
  session?: string;
  sessions?: Session[]; // of snapshot
  now?: Session; // the session as it is after this
  [detail: string]: unknown;
}

export interface Entry {
  at: string;
  session: string;
  type: string;
  detail?: Record<string, string>;
}

/** Approval is a question whether a program may use a session, or what was answered. */
export interface Approval {
  id: string;
  session: string;
  state: "asking" | "allowed" | "denied";
  program: string; // a path, of any length and in any script; "" where it hides
  parent?: string;
  dir?: string;
  pid?: number;
  asked_at: string;
  until?: string;
  lasting?: boolean; // it can be allowed for an hour
  once?: boolean;
  running?: boolean; // allowed as long as it runs
  unheard?: boolean; // denied because nobody answered
  waiting?: number; // requests
}

export interface Approvals {
  sessions: string[]; // whose programs are asked about
  approvals: Approval[]; // questions first
}

/** Use is a program that uses a session now. */
export interface Use {
  face: string; // exec, proxy, program or file
  label?: string;
  pid?: number;
  program?: string;
  since: string;
}

export interface Part {
  state: string;
  detail?: string;
}

export interface Fault {
  name?: string;
  detail: string;
}

export interface Health {
  status: string;
  version: string;
  pid: number;
  keychain: Part & { backend: string; spilled?: number };
  history: Part;
  socket: Part;
  http: Part;
  faults?: Fault[];
  clock?: { state: string; skew?: string; seen?: string };
}

export interface Login {
  id: string;
  status: "pending" | "done" | "failed";
  login_url?: string;
  user_code?: string;
  paste?: boolean; // the address that the browser ends on must be pasted
  expires_at?: string;
  failure?: string;
  detail?: string;
  declined?: string[]; // scopes that were asked for and not given
  field?: string;
  session?: Session;
}

export interface Logout {
  session: Session;
  remote: string;
  detail?: string;
}

export interface Var {
  name: string;
  default?: string;
  hint?: string;
}

/** Fact is a line about a provider. One that is not known is a line too. */
export interface Fact {
  about: string;
  label: string;
  text: string;
  known: boolean;
}

export interface Provider {
  id: string;
  name: string;
  issuer?: string;
  authorize_url?: string;
  token_url?: string;
  device_url?: string;
  scopes?: string[];
  vars?: Var[];
  paste_only?: boolean;
  redirect_uri?: string;
  secret?: string; // required, optional or none
  auth_style: string; // basic, post, none or unknown
  ends_when?: string[]; // beside time and revocation
  facts?: Fact[];
  console_url?: string;
  note?: string;
}

export interface Discovery {
  issuer: string;
  authorize_url?: string;
  token_url: string;
  device_url?: string;
  scopes?: string[];
  offline: boolean;
  provider: string;
  redirect_uri: string;
}

export interface Autostart {
  on: boolean;
  kind?: string;
  path?: string;
  detail?: string;
}

export interface LoginRequest {
  device?: boolean;
  no_browser?: boolean;
  as_other?: boolean;
  scopes?: string[]; // beside those that the session has
}

export interface Definition {
  provider?: string;
  issuer?: string;
  authorize_url?: string;
  token_url?: string;
  device_url?: string;
  vars?: Record<string, string>;
  client_id: string;
  client_secret?: string;
  scopes?: string[];
  account?: string;
  sign_in: LoginRequest;
}
