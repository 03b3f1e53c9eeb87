// peer.mjs SERVER MODULES: Microsoft's own JavaScript client for Graph, installed in the folder MODULES, against a sandbox that
// is served with `--public-url https://graph.microsoft.com`. Exits with 1 at the first unexpected result.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [server, modules] = process.argv.slice(2);
const require = createRequire(resolve(modules, "package.json"));
const { BatchRequestContent, BatchResponseContent, Client, GraphError, MiddlewareFactory, PageIterator } =
  require("@microsoft/microsoft-graph-client");

// The client follows links to next pages only over https (GraphRequest.parsePath), so it is made to believe that it talks to
// Graph: only the last step differs from production.
const graph = "https://graph.microsoft.com";
class ToLoopback {
  async execute(context) {
    assert.equal(new Headers(context.options.headers).get("Authorization"), "Bearer token");
    context.response = await fetch(context.request.replace(graph, server), {
      ...context.options,
      signal: AbortSignal.timeout(20_000),
    });
  }
}
const middleware = MiddlewareFactory.getDefaultMiddlewareChain({ getAccessToken: async () => "token" });
const client = Client.initWithMiddleware({
  defaultVersion: "beta",
  middleware: [...middleware.slice(0, -1), new ToLoopback()],
});
const configurations = "/deviceManagement/deviceConfigurations";
const say = (text) => console.log(`peer.mjs: ${text}`);
const base64 = (text) => Buffer.from(text, "utf8").toString("base64");

const setting = (kind, name, value) => ({
  "@odata.type": `#microsoft.graph.omaSetting${kind}`,
  displayName: name,
  omaUri: `./Device/Vendor/MSFT/Policy/Config/Peer/${name}`,
  value,
});
const profile = (name, omaSettings, more = {}) => ({
  "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
  displayName: name,
  omaSettings,
  ...more,
});

async function make() {
  const settings = [
    setting("Integer", "Number", 1),
    setting("String", "Text", "Größe 'x' & <y>"),
    setting("StringXml", "Markup", base64("<b>ü</b>")),
  ];
  const first = await client.api(configurations).post(profile("Peer 0", settings, { roleScopeTagIds: ["1"] }));
  assert.equal(first.version, 1);
  assert.deepEqual(first.roleScopeTagIds, ["1"]);
  assert.deepEqual(first.omaSettings.map((one) => one.value), [1, "****", "PGEvPg=="]);
  const plain = await Promise.all(first.omaSettings.slice(1).map(async ({ secretReferenceValueId: secret }) => {
    const call = `getOmaSettingPlainTextValue(secretReferenceValueId='${secret}')`;
    return (await client.api(`${configurations}/${first.id}/${call}`).get()).value;
  }));
  assert.deepEqual(plain, ["Größe 'x' & <y>", "<b>ü</b>"]);
  for (const number of [1, 2, 3, 4]) await client.api(configurations).post(profile(`Peer ${number}`, []));
  say("made a profile with an integer, a string, XML and a scope tag, read its secrets, and made four empty ones");
  return first;
}

async function list() {
  const page = await client.api(configurations).top(5).get();
  assert.equal(page.value.length, 5);
  const names = [];
  await new PageIterator(client, page, (one) => names.push(one.displayName) > 0).iterate();
  assert.deepEqual(names.filter((name) => name.startsWith("Peer")), [0, 1, 2, 3, 4].map((number) => `Peer ${number}`));
  assert.equal(new Set(names).size, names.length);
  const found = await client.api(configurations).filter("displayName eq 'Peer 3'").expand("assignments").get();
  assert.deepEqual(found.value.map((one) => one.displayName), ["Peer 3"]);
  say(`listed ${names.length} profiles in pages of 5, and one by its name`);
}

async function change(first) {
  const item = client.api(`${configurations}/${first.id}`);
  assert.equal((await item.get()).displayName, "Peer 0");
  await item.patch(profile("Peer 0, renamed", [setting("Integer", "Number", 2)]));
  const after = await item.get();
  assert.equal(after.displayName, "Peer 0, renamed");
  assert.equal(after.version, 2);
  assert.deepEqual(after.omaSettings.map((one) => one.value), [2]);
  say("updated one");
}

async function assign(first) {
  const named = async (path, name) => (await client.api(path).get()).value.find((one) => one.displayName === name).id;
  const [pilot, kiosks] = [await named("/groups", "SSPR Pilot"), await named("/groups", "Kiosks")];
  const hardware = await named("/deviceManagement/assignmentFilters", "Kiosk hardware");
  const targets = [
    { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: pilot },
    { "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", groupId: kiosks },
    {
      "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget",
      deviceAndAppManagementAssignmentFilterId: hardware,
      deviceAndAppManagementAssignmentFilterType: "exclude",
    },
  ];
  const assignTo = (targets) => client.api(`${configurations}/${first.id}/assign`)
    .post({ assignments: targets.map((target) => ({ target })) });
  const read = async () => (await client.api(`${configurations}/${first.id}/assignments`).get()).value;
  const unused = { deviceAndAppManagementAssignmentFilterId: null, deviceAndAppManagementAssignmentFilterType: "none" };
  assert.equal((await assignTo(targets)).value.length, 3);
  assert.deepEqual((await read()).map((one) => one.target), targets.map((target) => ({ ...unused, ...target })));
  await assignTo([]);
  assert.deepEqual(await read(), []);
  say("assigned a group, an exclusion and all devices with a filter, read them, and took them away");
}

async function batch(first) {
  const request = (path, options) => new Request(`${graph}${path}`, options);
  const body = JSON.stringify(profile("Peer, batched", []));
  const content = new BatchRequestContent([
    { id: "make", request: request(configurations, { method: "POST", headers: { "Content-Type": "application/json" }, body }) },
    { id: "look", request: request(`${configurations}/${first.id}`), dependsOn: ["make"] },
    { id: "miss", request: request(`${configurations}/nothing`), dependsOn: ["look"] },
    { id: "late", request: request("/groups"), dependsOn: ["miss"] },
  ]);
  const answer = new BatchResponseContent(await client.api("/$batch").post(await content.getContent()));
  const statuses = ["make", "look", "miss", "late"].map((id) => answer.getResponseById(id).status);
  assert.deepEqual(statuses, [201, 200, 404, 424]);
  assert.equal((await answer.getResponseById("look").json()).id, first.id);
  say(`sent a batch of 4, each after the one before: ${statuses.join(", ")}`);
}

async function remove() {
  const all = (await client.api(configurations).get()).value;
  const ours = all.filter((one) => one.displayName.startsWith("Peer"));
  for (const { id } of ours) await client.api(`${configurations}/${id}`).delete();
  await assert.rejects(client.api(`${configurations}/${ours[0].id}`).get(), (error) => {
    assert.ok(error instanceof GraphError);
    assert.deepEqual([error.statusCode, error.code], [404, "ResourceNotFound"]);
    return true;
  });
  assert.equal((await client.api(configurations).get()).value.length, all.length - ours.length);
  say(`deleted its ${ours.length} profiles; reading one of them is the client's GraphError 404`);
}

const first = await make();
await list();
await change(first);
await assign(first);
await batch(first);
await remove();
