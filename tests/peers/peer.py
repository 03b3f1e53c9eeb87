#!/usr/bin/env python3
"""peer.py SERVER: Microsoft's own Python SDK for Graph against a served sandbox. Exits with 1 at the first unexpected result."""
import asyncio
import base64
import json
import sys

import httpx
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.device_management.device_configurations.device_configurations_request_builder import (
    DeviceConfigurationsRequestBuilder,
)
from msgraph.generated.device_management.device_configurations.item.assign.assign_post_request_body import (
    AssignPostRequestBody,
)
from msgraph.generated.models.all_devices_assignment_target import AllDevicesAssignmentTarget
from msgraph.generated.models.device_configuration_assignment import DeviceConfigurationAssignment
from msgraph.generated.models.exclusion_group_assignment_target import ExclusionGroupAssignmentTarget
from msgraph.generated.models.group_assignment_target import GroupAssignmentTarget
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.oma_setting_integer import OmaSettingInteger
from msgraph.generated.models.oma_setting_string import OmaSettingString
from msgraph.generated.models.oma_setting_string_xml import OmaSettingStringXml
from msgraph.generated.models.windows10_custom_configuration import Windows10CustomConfiguration
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

server = sys.argv[1]
CSP = "./Device/Vendor/MSFT/Policy/Config/"


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"peer.py: {what}: {found!r} instead of {wanted!r}")


def say(text):
    print(f"peer.py: {text}")


def profile(name, settings):
    return Windows10CustomConfiguration(display_name=name, description="By a peer", oma_settings=settings)


def settings(number):
    xml = "<b>ü</b>".encode()
    return [
        OmaSettingInteger(display_name="Number", oma_uri=CSP + "Peer/Number", value=number),
        OmaSettingString(display_name="Text", oma_uri=CSP + "Peer/Text", value="Größe 'x' & <y>"),
        # The SDK's type for Edm.Binary is bytes, which it sends as Base64.
        OmaSettingStringXml(display_name="Markup", oma_uri=CSP + "Peer/Markup", file_name="peer.xml", value=xml),
    ]


async def made(configurations):
    first = await configurations.post(profile("Peer 0", settings(1)))
    same("the type of a new profile", type(first), Windows10CustomConfiguration)
    same("its version", first.version, 1)
    shown = [(type(one).__name__, one.value) for one in first.oma_settings]
    masks = [("OmaSettingInteger", 1), ("OmaSettingString", "****"), ("OmaSettingStringXml", base64.b64decode("PGEvPg=="))]
    same("its settings, secrets masked", [(kind, as_bytes(value)) for kind, value in shown], [(k, as_bytes(v)) for k, v in masks])
    for number in range(1, 5):
        await configurations.post(profile(f"Peer {number}", []))
    say("made a profile with an integer, a string and XML, and four empty ones")
    return first


def as_bytes(value):
    """Releases of the SDK return Edm.Binary differently: decoded, or still as Base64."""
    return base64.b64decode(value) if value in (b"PGEvPg==", "PGEvPg==") else value


async def listed(configurations, adapter):
    Query = DeviceConfigurationsRequestBuilder.DeviceConfigurationsRequestBuilderGetQueryParameters
    page = await configurations.get(RequestConfiguration(query_parameters=Query(top=5)))
    same("the size of a page", len(page.value), 5)
    names = []
    iterator = PageIterator(page, adapter)
    await iterator.iterate(lambda one: names.append(one.display_name) or True)
    same("what all pages hold", [name for name in names if name.startswith("Peer")], [f"Peer {n}" for n in range(5)])
    same("no name twice", len(names), len(set(names)))
    query = Query(filter="displayName eq 'Peer 3'", expand=["assignments"])
    found = await configurations.get(RequestConfiguration(query_parameters=query))
    same("a filter", [one.display_name for one in found.value], ["Peer 3"])
    say(f"listed {len(names)} profiles in pages of 5, and one by its name")


async def changed(configurations, first):
    item = configurations.by_device_configuration_id(first.id)
    same("a profile by its id", (await item.get()).display_name, "Peer 0")
    await item.patch(profile("Peer 0, renamed", settings(2)[:1]))
    after = await item.get()
    same("after an update", (after.display_name, after.version), ("Peer 0, renamed", 2))
    same("all settings are replaced", [one.value for one in after.oma_settings], [2])
    say("updated one")


async def assigned(graph, configurations, first):
    groups = {group.display_name: group.id for group in (await graph.groups.get()).value}
    item = configurations.by_device_configuration_id(first.id)
    targets = [
        GroupAssignmentTarget(odata_type="#microsoft.graph.groupAssignmentTarget", group_id=groups["SSPR Pilot"]),
        ExclusionGroupAssignmentTarget(
            odata_type="#microsoft.graph.exclusionGroupAssignmentTarget", group_id=groups["Kiosks"]
        ),
        AllDevicesAssignmentTarget(odata_type="#microsoft.graph.allDevicesAssignmentTarget"),
    ]
    body = AssignPostRequestBody(assignments=[DeviceConfigurationAssignment(target=target) for target in targets])
    answer = await item.assign.post(body)
    same("what assigning answers", len(answer.value), 3)
    read = (await item.assignments.get()).value
    seen = [(type(one.target).__name__, getattr(one.target, "group_id", None)) for one in read]
    same("the assignments", seen, [(type(one).__name__, getattr(one, "group_id", None)) for one in targets])
    await item.assign.post(AssignPostRequestBody(assignments=[]))
    same("no assignment after an empty set", (await item.assignments.get()).value, [])
    say("assigned a group, an exclusion and all devices, read them, and took them away")


async def batched(configurations, adapter, first):
    def relative(request):
        """The builder creates absolute URLs, but a batch only accepts relative ones."""
        request.url = request.url.removeprefix(adapter.base_url)
        return request

    item = configurations.by_device_configuration_id
    make = relative(configurations.to_post_request_information(profile("Peer, batched", [])))
    look = relative(item(first.id).to_get_request_information())
    miss = relative(item("00000000-0000-0000-0000-000000000000").to_get_request_information())
    content = BatchRequestContent()
    for name, request in [("make", make), ("look", look), ("miss", miss)]:
        content.add_request(name, BatchRequestItem(request, id=name))
    answer = await BatchRequestBuilder(adapter).post(content)
    statuses = {name: answer.get_response_by_id(name).status for name in ("make", "look", "miss")}
    same("the statuses of a batch", statuses, {"make": 201, "look": 200, "miss": 404})
    say(f"sent a batch of 3: {json.dumps(statuses)}")


async def deleted(configurations):
    all_of_them = (await configurations.get()).value
    ours = [one.id for one in all_of_them if one.display_name.startswith("Peer")]
    for id in ours:
        await configurations.by_device_configuration_id(id).delete()
    try:
        await configurations.by_device_configuration_id(ours[0]).get()
    except ODataError as error:
        same("the error of what is gone", (error.response_status_code, error.error.code), (404, "ResourceNotFound"))
        same("it can be traced", bool(error.error.inner_error.request_id), True)
    else:
        sys.exit("peer.py: a deleted profile still exists")
    same("what is left", len((await configurations.get()).value), len(all_of_them) - len(ours))
    say(f"deleted its {len(ours)} profiles; reading one of them is the SDK's ODataError 404")


async def main():
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client=httpx.AsyncClient(trust_env=False, timeout=20))
    adapter.base_url = f"{server}/v1.0"
    graph = GraphServiceClient(request_adapter=adapter)
    configurations = graph.device_management.device_configurations
    first = await made(configurations)
    await listed(configurations, adapter)
    await changed(configurations, first)
    await assigned(graph, configurations, first)
    await batched(configurations, adapter, first)
    await deleted(configurations)


asyncio.run(asyncio.wait_for(main(), 60))
