"""api/openapi.yaml as the tests hold answers against it: the part of JSON Schema that it uses."""

import json
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]

TYPES = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
    "integer": int, "number": (int, float),
}
KNOWN = {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf",
         "$ref", "pattern", "format", "description", "minimum", "maximum", "maxItems"}


class OpenApi:
    def __init__(self, file=ROOT / "api/openapi.yaml"):
        self.all = yaml.safe_load(Path(file).read_text())
        self.operations = {}
        for path, methods in self.all["paths"].items():
            for method, operation in methods.items():
                operation["method"], operation["path"] = method.upper(), path
                self.operations[operation["operationId"]] = operation

    def resolve(self, schema):
        while "$ref" in schema:
            at = self.all
            for part in schema["$ref"].lstrip("#/").split("/"):
                at = at[part]
            schema = at
        return schema

    def faults(self, schema, value, at=""):
        """Why the value is not what the schema says, each with its JSON pointer."""
        schema = self.resolve(schema)
        if unknown := set(schema) - KNOWN:
            return [f"{at}: this checker does not know {sorted(unknown)}"]
        if "anyOf" in schema:
            tried = [self.faults(one, value, at) for one in schema["anyOf"]]
            return [] if [] in tried else [f"{at}: fits none of anyOf"]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{at}: {value!r} is none of {schema['enum']}"]
        if "type" in schema and not self._is_of(schema["type"], value):
            return [f"{at}: {value!r} is no {schema['type']}"]
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return [f"{at}: {value!r} does not match {schema['pattern']}"]
        if isinstance(value, dict):
            return self._object_faults(schema, value, at)
        if isinstance(value, list) and "items" in schema:
            return [f for i, item in enumerate(value)
                    for f in self.faults(schema["items"], item, f"{at}/{i}")]
        return []

    @staticmethod
    def _is_of(types, value):
        names = types if isinstance(types, list) else [types]
        if isinstance(value, bool):
            return "boolean" in names
        return any(isinstance(value, TYPES[name]) for name in names)

    def _object_faults(self, schema, value, at):
        found = [f"{at}: '{name}' is missing" for name in schema.get("required", [])
                 if name not in value]
        known = schema.get("properties", {})
        more = schema.get("additionalProperties", True)
        for name, item in value.items():
            if name in known:
                found += self.faults(known[name], item, f"{at}/{name}")
            elif more is False:
                found.append(f"{at}: '{name}' is not in the schema")
            elif isinstance(more, dict):
                found += self.faults(more, item, f"{at}/{name}")
        return found

    def answer_faults(self, operation_id, answer):
        """Whether an answer is one that the operation declares, and of its schema."""
        if answer.status >= 400:
            return self.problem_faults(answer)
        declared = self.operations[operation_id]["responses"].get(str(answer.status))
        if declared is None:
            return [f"the status {answer.status} is not declared"]
        contents = declared.get("content", {})
        if not contents:
            return [f"a body where none is declared: {answer.content[:80]!r}"] if answer.content else []
        media = answer.headers.get("Content-Type", "").split(";")[0]
        if media not in contents:
            return [f"the content type {media!r} is not declared"]
        if media != "application/json":
            return []
        return self.faults(contents[media]["schema"], json.loads(answer.content))

    def problem_faults(self, answer):
        media = answer.headers.get("Content-Type", "")
        if media != "application/problem+json":
            return [f"an error of content type {media!r}"]
        body = json.loads(answer.content)
        found = self.faults({"$ref": "#/components/schemas/Problem"}, body)
        if body.get("status") != answer.status:
            found.append(f"the problem says {body.get('status')}")
        return found
