"""Turns the description that `bench-upstream spec` prints into a Tidegate definition: one method per operation."""

import json
import sys

METHODS = {"get": "get", "put": "update", "delete": "delete"}


def definition(spec: dict, longest_answer: int) -> dict:
    resources: dict = {}
    schemas = spec["components"]["schemas"]
    for path, item in spec["paths"].items():
        many = path.split("/")[1]
        for verb, operation in item.items():
            single = path.endswith("{id}")
            name = METHODS[verb] if single else {"get": "list", "post": "create"}[verb]
            parameters = {
                p["name"]: {
                    "in": p["in"],
                    "required": p.get("required", False),
                    "schema": p["schema"] | {"description": p["description"]},
                }
                for p in operation.get("parameters", [])
                if p["name"] not in ("limit", "cursor")
            }
            method = {
                "request": f"{verb.upper()} {path}",
                "parameters": parameters,
                "response": {"max_characters": longest_answer},
                "documentation": {"description": operation["description"]},
            }
            if name == "list":
                method["pagination"] = {
                    "style": "cursor", "cursor": "cursor", "size": "limit",
                    "default_size": 25, "max_size": 100, "next": "next_cursor",
                }
                method["response"]["records"] = "data"
            if "requestBody" in operation:
                reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                method["body"] = {"schema": schemas[reference.rsplit("/", 1)[1]] | {"additionalProperties": False}}
            resources.setdefault(many, {"tags": [many], "methods": {}})["methods"][name] = method
    return {
        "version": 1,
        "name": "bench",
        "label": "Bench",
        "description": "A made-up API for measurements.",
        "base_url": "https://bench.example",
        "credentials": {"token": {"kind": "bearer"}},
        "resources": resources,
    }


if __name__ == "__main__":
    json.dump(definition(json.load(sys.stdin), 1_000_000), sys.stdout)
