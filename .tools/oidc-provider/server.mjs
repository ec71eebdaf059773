// A certified OpenID provider that nobody here wrote, for the end-to-end tests. Loopback only; ends when stdin closes.
//   node server.mjs '{"access_ttl":60,"session_ttl":600,"account":"ada"}'     seconds; all members are optional
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

import { MapAdapter, all } from './adapter.mjs';

const options = { access_ttl: 60, session_ttl: 600, account: 'ada', ...JSON.parse(process.argv[2] ?? '{}') };

const native = {
  application_type: 'native', // any loopback port
  redirect_uris: ['127.0.0.1', '[::1]', 'localhost'].map((host) => `http://${host}/callback`),
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  response_types: ['code'],
};

const person = (sub) => ({
  accountId: sub,
  claims: () => ({ sub, name: sub, email: `${sub}@example.org`, email_verified: true }),
});

const configuration = {
  adapter: MapAdapter,
  clients: [
    { ...native, client_id: 'demo', token_endpoint_auth_method: 'none' },
    { ...native, client_id: 'demo-secret', client_secret: 'demo-secret' },
  ],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  findAccount: (_ctx, sub) => person(sub),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  jwks: {
    keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })],
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: () => options.access_ttl,
    AuthorizationCode: 60,
    DeviceCode: 600,
    Grant: () => options.session_ttl,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: () => options.session_ttl,
    Session: 600,
  },
};

// What the token endpoint has seen. Tokens are named by a part of their hash, which cannot be used for anything.
const log = { requests: [], double_sends: 0, reuse_detected: 0, grants_revoked: 0 };
const mark = (token) => token && createHash('sha256').update(token).digest('hex').slice(0, 12);
const sent = new Set();

const record = async (ctx, next) => {
  const at = new Date().toISOString();
  await next();
  if (ctx.oidc?.route !== 'token') {
    return;
  }
  const token = mark(ctx.oidc.params?.refresh_token);
  const twice = sent.has(token);
  if (token) {
    log.double_sends += twice;
    sent.add(token);
  }
  log.requests.push({
    at,
    ended_at: new Date().toISOString(),
    grant_type: ctx.oidc.params?.grant_type ?? '',
    grant: ctx.oidc.entities.Grant?.jti,
    refresh_token: token,
    sent_before: (token && twice) || undefined,
    issued: mark(ctx.body?.refresh_token),
    status: ctx.status,
    error: ctx.body?.error,
  });
};

// interact is the person at the login and consent pages: signs in as the hinted account and allows everything.
const interact = async (provider, req, res) => {
  const { prompt, params, session, grantId } = await provider.interactionDetails(req, res);
  if (prompt.name === 'login') {
    const accountId = (params.login_hint || options.account).split('@')[0];
    return provider.interactionFinished(req, res, { login: { accountId } });
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(req, res, { consent }, { mergeWithLastSubmission: true });
};

const revoke = async (provider, id) => {
  const grants = all('Grant').filter(({ jti }) => id === 'all' || id === jti);
  for (const { jti } of grants) {
    await new MapAdapter('Grant').destroy(jti);
    await new MapAdapter('RefreshToken').revokeByGrantId(jti);
  }
  return grants.length;
};

const json = (res, status, body) => {
  res.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  res.end(`${JSON.stringify(body)}\n`);
};

const control = async (provider, req, res) => {
  switch (`${req.method} ${req.url}`) {
    case 'GET /control/log':
      return json(res, 200, log);
    case 'GET /control/grants':
      return json(res, 200, all('Grant').map(({ jti, accountId, clientId }) =>
        ({ id: jti, account: accountId, client: clientId })));
    case 'POST /control': {
      let body = '';
      for await (const chunk of req) {
        body += chunk;
      }
      const { revoke: id, ...changes } = JSON.parse(body);
      Object.assign(options, changes);
      return json(res, 200, { revoked: id ? await revoke(provider, id) : 0 });
    }
    default:
      return json(res, 404, { error: 'there is no such control' });
  }
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, configuration);
  provider.use(record);
  provider.on('grant.revoked', () => { log.grants_revoked += 1; });
  provider.on('grant.error', (_ctx, err) => {
    log.reuse_detected += err.error_detail === 'refresh token already used';
  });
  const serve = provider.callback();
  server.on('request', async (req, res) => {
    try {
      if (req.headers.host !== `127.0.0.1:${port}`) {
        json(res, 421, { error: 'wrong host' });
      } else if (req.url.startsWith('/control')) {
        await control(provider, req, res);
      } else if (req.url.startsWith('/interaction/')) {
        await interact(provider, req, res);
      } else {
        await serve(req, res);
      }
    } catch (err) {
      json(res, 400, { error: err.message });
    }
  });
  console.log(`ready issuer=${issuer}`);
});

process.stdin.resume().on('end', () => process.exit(0)).on('error', () => process.exit(0));
