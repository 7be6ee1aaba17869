"""Describes a GGUF as the expected-gguf.json files do: every key with its type, every tensor with its hash.

    python gguf_json.py FILE.gguf > expected-gguf.json
"""

import hashlib
import json
import sys


def value_of(field):
    kinds = [kind.name for kind in field.types]
    if kinds[0] != "ARRAY":
        return {"type": kinds[0], "value": field.contents()}
    element = kinds[-1] if len(kinds) > 1 else None
    return {"type": "ARRAY", "elem_type": element, "value": field.contents()}


def describe(path):
    import gguf  # late: the caller may have put another tree's gguf first in sys.path

    reader = gguf.GGUFReader(path)
    tensors = [
        {
            "name": tensor.name,
            "type": tensor.tensor_type.name,
            "ne": [int(count) for count in tensor.shape],
            "n_elements": int(tensor.n_elements),
            "n_bytes": int(tensor.n_bytes),
            "rel_offset": int(tensor.data_offset - reader.data_offset),
            "sha256": hashlib.sha256(tensor.data.tobytes()).hexdigest(),
        }
        for tensor in reader.tensors
    ]
    return {
        "n_tensors": len(tensors),
        "n_kv": sum(not name.startswith("GGUF.") for name in reader.fields),
        "alignment": int(reader.alignment),
        "data_offset": int(reader.data_offset),
        "kv": {name: value_of(field) for name, field in reader.fields.items()},
        "tensors": tensors,
    }


if __name__ == "__main__":
    print(json.dumps(describe(sys.argv[1]), indent=0, ensure_ascii=False))
