// server.mjs FOLDER: the servers for the sign-in tests, on loopback. FOLDER contains the certificates that `.ci/sign-in`
// created; the program writes `ready.json` with the addresses there when all servers listen.
//
//   a certified OpenID provider (npm `oidc-provider`) in Entra's path layout, which signs people in automatically
//   the issuers of assertions for a job or a machine: GitHub, Azure DevOps, Kubernetes
//   the identity endpoint of a machine in Azure (App Service)
//   a proxy that resolves login.contoso.example
import crypto from 'node:crypto'; import fs from 'node:fs'; import http from 'node:http'; import https from 'node:https';
import net from 'node:net'; import path from 'node:path'; import { createRequire } from 'node:module'; import { pathToFileURL } from 'node:url';

const folder = path.resolve(process.argv[2]);
// The packages are in FOLDER, not next to this file.
const installed = createRequire(path.join(folder, 'package.json'));
const load = async (name) => import(pathToFileURL(installed.resolve(name)).href);
const [{ default: Provider }, { default: Koa }, { default: mount }, jose] =
  await Promise.all(['oidc-provider', 'koa', 'koa-mount', 'jose'].map(load));

const file = (name) => fs.readFileSync(path.join(folder, name));
const tenant = '0f0f0f0f-5a5a-4b4b-8c8c-5590c0de0001';
const other = 'dddddddd-5a5a-4b4b-8c8c-5590c0de0002';
const roles = ['DeviceManagementConfiguration.ReadWrite.All', 'GroupMember.Read.All', 'Organization.Read.All'];
const port = await free();
const base = `https://localhost:${port}`;
const tokenEndpoint = `${base}/${tenant}/oauth2/v2.0/token`;
// How often each kind of request was received; tests read it at /seen.
const seen = {};
const count = (what) => { seen[what] = (seen[what] ?? 0) + 1; };

// -- the OpenID provider --

const certificate = new crypto.X509Certificate(file('certificate.pem'));
const certified = { ...certificate.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'PS256' };
const federation = await jose.generateKeyPair('PS256');
const federated = { ...(await jose.exportJWK(federation.publicKey)), use: 'sig', alg: 'PS256' };
const daemon = (client_id, more) => ({ client_id, grant_types: ['client_credentials'], redirect_uris: [], response_types: [], ...more });
const byAssertion = (key) => ({ token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'PS256', jwks: { keys: [key] } });
const person = (client_id) => ({
  client_id, application_type: 'native', token_endpoint_auth_method: 'none', response_types: ['code'], redirect_uris: ['http://localhost'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
});
const clients = [
  daemon('daemon', { client_secret: 's3cret+of/the=daemon', token_endpoint_auth_method: 'client_secret_post' }),
  daemon('stranger', { client_secret: 's3cret+of/the=daemon', token_endpoint_auth_method: 'client_secret_post' }),
  daemon('certified', byAssertion(certified)),
  daemon('federated', byAssertion(federated)),
  person('cli'),
  person('brief'),
];
const resourceOf = (ctx) => (ctx.oidc.params?.scope ?? '').split(' ').find((scope) => scope.endsWith('/.default'))?.slice(0, -9);
const provider = new Provider(`${base}/${tenant}`, {
  clients,
  cookies: { keys: ['tests'] },
  scopes: ['openid', 'offline_access'],
  routes: {
    token: '/oauth2/v2.0/token', device_authorization: '/oauth2/v2.0/devicecode', authorization: '/oauth2/v2.0/authorize',
    jwks: '/discovery/v2.0/keys', code_verification: '/device',
  },
  features: {
    clientCredentials: { enabled: true }, deviceFlow: { enabled: true }, devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true, useGrantedResource: () => true, defaultResource: resourceOf,
      getResourceServerInfo: (_ctx, resource, client) => ({
        scope: `${resource}/.default`, audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: client.clientId === 'brief' ? 2 : 3599,
      }),
    },
  },
  formats: {
    customizers: {
      jwt(_ctx, token, jwt) {
        const app = token.clientId;
        Object.assign(jwt.payload, { tid: app === 'stranger' ? other : tenant, appid: app, jti: crypto.randomUUID() });
        Object.assign(jwt.payload, token.accountId ? { scp: roles.join(' '), upn: 'ada@contoso.example' } : { roles });
      },
    },
  },
  interactions: { url: (_ctx, interaction) => `/${tenant}/person/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  // Entra finds the certificate by its thumbprint.
  assertJwtClientAuthClaimsAndHeader: async (_ctx, claims, header) => {
    const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
    if (claims.iss === 'certified' && header['x5t#S256'] !== thumbprint) throw new Error('no such certificate');
  },
});
provider.on('server_error', (_ctx, error) => console.error(error));

// Consent is given automatically.
async function agree(clientId, accountId, resource) {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(resource, `${resource}/.default`);
  return grant.save();
}
async function interaction(ctx) {
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  count(`browser ${prompt.name}`);
  const resource = params.scope.split(' ').find((scope) => scope.endsWith('/.default')).slice(0, -9);
  const result = prompt.name === 'login'
    ? { login: { accountId: 'ada' } }
    : { consent: { grantId: await agree(params.client_id, session.accountId, resource) } };
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  ctx.respond = false;
}
// A person who enters a device code in a browser on another computer.
async function typed(ctx) {
  const code = await provider.DeviceCode.findByUserCode(ctx.query.code.replace(/[^A-Z]/g, ''));
  const resource = code.params.scope.split(' ').find((scope) => scope.endsWith('/.default')).slice(0, -9);
  if (ctx.query.answer === 'no') {
    Object.assign(code, { error: 'access_denied', errorDescription: 'authorization_declined' });
  } else {
    const grantId = await agree(code.clientId, 'ada', resource);
    Object.assign(code, { accountId: 'ada', grantId, scope: code.params.scope, resource, authTime: Math.floor(Date.now() / 1000) });
  }
  await code.save();
  ctx.body = 'typed';
}
// As if an administrator had revoked all sessions.
async function revoke(ctx) {
  for (const id of refreshTokens.splice(0)) await (await provider.RefreshToken.find(id))?.destroy();
  ctx.body = 'revoked';
}
const refreshTokens = [];

// -- federation --

const issuers = { github: 'https://token.actions.githubusercontent.com', devops: 'https://vstoken.dev.azure.com/contoso', kubernetes: 'https://kubernetes.contoso.example' };
const subjects = { github: 'repo:contoso/policies:environment:production', devops: 'sc://contoso/policies/connection', kubernetes: 'system:serviceaccount:policies:sspr-policy' };
const audience = 'api://AzureADTokenExchange';
const signed = (claims) => new jose.SignJWT(claims).setProtectedHeader({ alg: 'PS256' }).setIssuedAt().setExpirationTime('5m').sign(federation.privateKey);
const issued = (who, aud, subject) => signed({ iss: issuers[who], sub: subject ?? subjects[who], aud });
const bearer = (ctx, wanted) => { if (ctx.get('authorization') !== `Bearer ${wanted}`) ctx.throw(401, `the token was ${ctx.get('authorization')}`); };

// Entra compares issuer, subject and audience with the application's federated credentials. The provider only knows assertions of
// the application itself, so a matching federated assertion is replaced with one.
async function exchanged(form) {
  const { payload } = await jose.jwtVerify(form.client_assertion, federation.publicKey).catch(() => ({ payload: {} }));
  const who = Object.keys(issuers).find((name) => issuers[name] === payload.iss);
  if (!who) return form;
  count(`federated ${who}`);
  if (payload.sub !== subjects[who] || payload.aud !== audience || form.client_id !== 'federated') {
    throw entra(700213, `No matching federated identity record found for presented assertion subject '${payload.sub}'.`);
  }
  const client_assertion = await signed({ iss: 'federated', sub: 'federated', aud: tokenEndpoint, jti: crypto.randomUUID() });
  return { ...form, client_assertion };
}

// -- Entra's behavior --

const ids = 'Trace ID: 0f0f0f0f-0000-0000-0000-000000000001 Correlation ID: 0f0f0f0f-0000-0000-0000-000000000002 Timestamp: 2026-11-20 10:00:00Z';
function entra(code, text, error = 'invalid_client') {
  return Object.assign(new Error(text), { entra: { error, error_description: `AADSTS${code}: ${text} ${ids}`, error_codes: [code] } });
}
function refusal(body, form) {
  // A careless server repeats the request in its error.
  const sent = [form.client_secret, form.client_assertion, form.refresh_token, form.device_code].filter(Boolean).join(' ');
  if (body.error === 'invalid_client' && !clients.some((client) => client.client_id === form.client_id)) {
    return entra(700016, `Application with identifier '${form.client_id}' was not found in the directory '${tenant}'.`, 'unauthorized_client').entra;
  }
  if (body.error === 'invalid_client' && form.client_secret) return entra(7000215, `Invalid client secret provided. You sent ${sent}.`).entra;
  if (body.error === 'invalid_client') return entra(700027, `The certificate was not found. You sent ${sent}.`).entra;
  if (body.error === 'invalid_grant') return entra(70000, `The grant is expired or revoked. You sent ${sent}.`, 'invalid_grant').entra;
  return body;
}
async function manners(ctx, next) {
  const form = Object.fromEntries(new URLSearchParams(await text(ctx.req)));
  if (ctx.path.startsWith(`/${tenant}/`) === false) {
    return answer(ctx, 400, entra(90002, `Tenant '${ctx.path.split('/')[1]}' not found.`, 'invalid_request').entra);
  }
  if (ctx.path.endsWith('/token')) count(`token ${form.grant_type.split(':').pop()}`);
  try {
    ctx.request.body = form.client_assertion ? await exchanged(form) : form;
    ctx.req.body = ctx.request.body;
    await next();
  } catch (error) {
    if (!error.entra) throw error;
    return answer(ctx, 400, error.entra);
  }
  if (ctx.status >= 400 && ctx.body?.error) ctx.body = refusal(ctx.body, form);
  if (ctx.body?.refresh_token) refreshTokens.push(ctx.body.refresh_token);
  // The usual five seconds between two polls would make the test slow.
  if (ctx.path.endsWith('/devicecode') && ctx.status === 200) ctx.body = { ...ctx.body, interval: 1 };
}
const answer = (ctx, status, body) => { ctx.status = status; ctx.body = body; };

// -- everything on one server --

const app = new Koa();
// The surrounding application signs the cookies of a mounted provider.
app.keys = ['tests'];
app.use(async (ctx, next) => {
  const at = (method, path) => ctx.method === method && ctx.path === path;
  if (at('GET', '/seen')) ctx.body = seen;
  else if (at('POST', '/person/types')) await typed(ctx);
  else if (at('POST', '/revoke')) await revoke(ctx);
  else if (at('GET', '/github')) { bearer(ctx, 'github-job-t0ken'); ctx.body = { value: await issued('github', ctx.query.audience, ctx.query.subject) }; }
  else if (at('POST', '/devops')) { bearer(ctx, 'devops-job-t0ken'); ctx.body = { oidcToken: await issued('devops', ctx.query.serviceConnectionId === 'connection' ? audience : 'none') }; }
  else if (at('GET', '/kubernetes')) ctx.body = await issued('kubernetes', audience);
  else if (ctx.method === 'GET' && ctx.path.startsWith(`/${tenant}/person/`)) await interaction(ctx);
  else if (ctx.method === 'POST' && /\/oauth2\/v2\.0\/(token|devicecode)$/.test(ctx.path)) await manners(ctx, next);
  else await next();
});
app.use(mount(`/${tenant}`, provider.app ?? provider));
app.on('error', (error) => { if (!error.expose) console.error(error); });
const credentials = { key: file('server.key'), cert: file('server.pem') };
await listening(https.createServer(credentials, app.callback()), port);

// The identity endpoint of App Service, in plain http as there (Microsoft, "Managed identities: REST endpoint reference").
const machine = http.createServer(async (request, response) => {
  const query = new URL(request.url, 'http://localhost').searchParams;
  const right = request.headers['x-identity-header'] === 'machine-h3ader' && query.get('api-version') === '2019-08-01';
  count(`machine ${query.get('client_id') ?? 'itself'}`);
  if (!right) return response.writeHead(403).end(`the header was ${request.headers['x-identity-header']}`);
  const access_token = await signed({ tid: tenant, appid: query.get('client_id') ?? 'machine', aud: query.get('resource'), roles });
  const expires_on = String(Math.floor(Date.now() / 1000) + 3599);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ access_token, expires_on, resource: query.get('resource'), token_type: 'Bearer' }));
});
await listening(machine, 0);

// The only way to login.contoso.example.
const proxy = http.createServer((_request, response) => response.writeHead(405).end());
proxy.on('connect', (request, socket) => {
  count(`proxy ${request.url.split(':')[0]}`);
  const through = net.connect(port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    through.pipe(socket).pipe(through);
  });
  through.on('error', () => socket.destroy());
  socket.on('error', () => through.destroy());
});
await listening(proxy, 0);

fs.writeFileSync(path.join(folder, 'ready.part'), JSON.stringify({
  login: base, machine: `http://127.0.0.1:${machine.address().port}/msi/token`, proxy: `http://127.0.0.1:${proxy.address().port}`,
  proxied: `https://login.contoso.example:${port}`, authority: path.join(folder, 'authority.pem'), certificate: path.join(folder, 'certificate.pem'),
}));
fs.renameSync(path.join(folder, 'ready.part'), path.join(folder, 'ready.json'));

async function text(stream) { let all = ''; for await (const part of stream) all += part; return all; }
async function listening(server, at) { await new Promise((done, failed) => server.once('error', failed).listen(at, '127.0.0.1', done)); }
async function free() {
  const probe = net.createServer();
  await listening(probe, 0);
  const { port: found } = probe.address();
  await new Promise((done) => probe.close(done));
  return found;
}
