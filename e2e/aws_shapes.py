"""Holds every answer against botocore's service models: members, required members, types, and error codes."""

import json
import re
import xml.etree.ElementTree as xml

# What any operation may answer with, beside what its model names (the services' "Common Errors").
COMMON = {
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "InternalFailure", "InvalidAction", "InvalidClientTokenId", "MalformedInput",
    "MalformedQueryString", "MissingAction", "MissingAuthenticationToken", "ServiceUnavailable", "SignatureDoesNotMatch", "Throttling",
    "UnknownOperationException", "ValidationError",
}
# What AWS was seen to answer with though its model does not say so.
SEEN = {"ListServiceSpecificCredentials": {"InvalidInput"}, "UpdateServiceSpecificCredential": {"InvalidInput"}}
LEAVES = {
    "boolean": re.compile("true|false"),
    "integer": re.compile("-?[0-9]+"),
    "long": re.compile("-?[0-9]+"),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
}


def name_of(member, shape):
    return shape.serialization.get("name", member)


def is_at(where, holds, what):
    assert holds, f"{where}: {what}"


def of_xml(where, shape, node):
    """An element against its shape."""
    if shape.type_name == "structure":
        members = {name_of(name, member): member for name, member in shape.members.items()}
        seen = set()
        for child in node:
            tag = child.tag.split("}")[-1]
            is_at(where, tag in members, f"{tag} is no member of {shape.name}")
            is_at(where, tag not in seen, f"{tag} comes twice")
            seen.add(tag)
            of_xml(f"{where}.{tag}", members[tag], child)
        for required in shape.required_members:
            is_at(where, name_of(required, shape.members[required]) in seen, f"{required} is required")
    elif shape.type_name == "list":
        for child in node:
            is_at(where, child.tag.split("}")[-1] == name_of("member", shape.member), f"{child.tag} in a list")
            of_xml(f"{where}[]", shape.member, child)
    elif shape.type_name == "map":
        for entry in node:
            parts = {part.tag.split("}")[-1]: part for part in entry}
            is_at(where, set(parts) == {name_of("key", shape.key), name_of("value", shape.value)}, f"an entry of {sorted(parts)}")
            of_xml(f"{where}{{}}", shape.value, parts[name_of("value", shape.value)])
    else:
        pattern = LEAVES.get(shape.type_name)
        is_at(where, pattern is None or pattern.fullmatch(node.text or ""), f"'{node.text}' is no {shape.type_name}")
        is_at(where, not getattr(shape, "enum", []) or node.text in shape.enum, f"'{node.text}' is none of {getattr(shape, 'enum', [])}")


def of_json(where, shape, value):
    """A JSON value against its shape."""
    if shape.type_name == "structure":
        for name, each in value.items():
            is_at(where, name in shape.members, f"{name} is no member of {shape.name}")
            of_json(f"{where}.{name}", shape.members[name], each)
        for required in shape.required_members:
            is_at(where, required in value, f"{required} is required")
    elif shape.type_name == "list":
        for each in value:
            of_json(f"{where}[]", shape.member, each)


def check(http_response, parsed, model, **_):
    where, status = model.name, http_response.status_code
    if status >= 300:
        code = parsed["Error"]["Code"]
        modelled = {shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes}
        modelled |= {name.removesuffix("Exception") for name in modelled}
        is_at(where, code in modelled | COMMON | SEEN.get(where, set()), f"{code} is no error of it")
        return
    if model.output_shape is None:
        return
    if model.service_model.metadata["protocol"] == "query":
        root = xml.fromstring(http_response.content)
        result = next(iter(root))
        is_at(where, result.tag.split("}")[-1] == f"{model.name}Result", f"{result.tag} is no result")
        of_xml(where, model.output_shape, result)
    else:
        of_json(where, model.output_shape, json.loads(http_response.content))


def watch(client):
    """Checks whatever this client is answered from now on."""
    client.meta.events.register("after-call", check)
    return client
