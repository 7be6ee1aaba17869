"""What gguf-py makes of model cards: Golden/Conversion/model-cards.json.

usage: model_cards.py OUTPUT    (needs the package gguf)

Each case is a README.md of ours in a folder of that name, with the number of parameters that names are judged by.
"keys" are the general.* keys that the converter would write; where it fails, "error" says how.
"""

import datetime
import importlib.metadata
import json
import logging
import sys
import tempfile
from pathlib import Path

from gguf import GGUFWriter
from gguf.constants import GGUFValueType
from gguf.metadata import Metadata

logging.disable(logging.CRITICAL)


def front(text, rest="# Card\n"):
    return "---\n" + text + "---\n" + rest


CASES = [
    ("plain", 0, front("license: mit\n")),
    ("none-at-all", 0, "# Only text\n\nNothing else.\n"),
    ("empty-file", 0, ""),
    ("empty-matter", 0, "---\n---\n# Title\n"),
    ("blank-matter", 0, "---\n\n# only a comment\n\n---\n"),
    ("late-matter", 0, "\n---\nlicense: mit\n---\n"),
    ("space-after-dashes", 0, "--- \nlicense: mit\n---\n"),
    ("byte-order-mark", 0, "\ufeff---\nlicense: mit\n---\n"),
    ("windows-lines", 0, "---\r\nlicense: mit\r\ntags:\r\n- a\r\n- b\r\n---\r\n# x\r\n"),
    ("old-mac-lines", 0, "---\rlicense: mit\rlanguage: en\r---\r# x\r"),
    ("other-line-ends", 0, "---\nlicense: mit\u2028tags: [x]\u0085language: de\n---\n"),
    ("no-end", 0, "---\nlicense: mit\ntags: [a]\n"),
    ("end-in-body", 0, front("license: mit\n", "text\n---\nlicense: other\n---\n")),
    ("document-end", 0, front("license: mit\n...\n")),
    ("licence-list", 0, front("license: [mit, apache-2.0]\n")),
    ("licence-other", 0, front(
        "license: other\nlicense_name: tiny-licence\nlicense_link: https://example.org/licence?a=1&b=2#top\n")),
    ("licence-null", 0, front("license:\nlicense_name: ~\nlicense_link: null\n")),
    ("licence-false", 0, front("license: no\n")),
    ("quoted", 0, front("license: \"apache-2.0\"\nname: 'It''s a model'\nauthor: \"A \\\"B\\\" \\u00e9 \\x41\\n\"\n")),
    ("base-string", 7_000_000_000, front("base_model: meta-llama/Llama-2-7b-chat-hf\n")),
    ("base-list", 8_000_000_000, front(
        "base_model:\n- meta-llama/Meta-Llama-3-8B\n- mistralai/Mistral-7B-v0.3\n- plain-name\n")),
    ("base-flow", 0, front("base_model: [a/b-1b-v2, \"c/d\"]\n")),
    ("base-address", 0, front(
        "base_model:\n- https://huggingface.co/org-x/some-model-v1.5\n- http://huggingface.co/a/b\n"
        "- https://huggingface.co/a/b/tree/main\n- https://example.org/models/x\n- ssh://host/a/b\n")),
    ("base-map", 0, front(
        "base_model:\n- name: Some Parent\n  author: Somebody\n  version: v3\n  organization: An Org\n"
        "  repo_url: https://example.org/x\n  doi: 10.1000/1\n  unknown: dropped\n- a/b\n")),
    ("base-null", 0, front("base_model:\nlicense: mit\n")),
    ("base-null-then-other", 0, front("base_model:\nbase_models: a/b\n")),
    ("base-number", 0, front("base_model: 7\n")),
    ("base-odd-entries", 0, front("base_model:\n- 7\n- a/b\n- [c]\n- ~\n")),
    ("base-models-key", 0, front("base_models: [x/y-3B]\n")),
    ("base-sources-key", 0, front("base_model_sources: x/y\n")),
    ("base-sentence", 0, front("base_model: A model with blanks\n")),
    ("base-relative", 0, front("base_model: ./local-7b\n")),
    ("base-empty", 0, front("base_model: \"\"\n")),
    ("base-many-slashes", 0, front("base_model: a/b/c\n")),
    ("datasets", 0, front("datasets:\n- HuggingFaceH4/ultrachat_200k\n- wikipedia\n- https://huggingface.co/datasets/x\n")),
    ("dataset-string", 0, front("dataset: some-org/some-data-v1.1\n")),
    ("dataset-map", 0, front("datasets:\n- name: Data\n  url: https://example.org\n")),
    ("dataset-empty-list", 0, front("datasets: []\nlicense: mit\n")),
    ("tags", 0, front("tags:\n- text-generation\n- 'quoted tag'\n- \"with: colon\"\n- a b c\npipeline_tag: text-generation\n")),
    ("tag-string", 0, front("tags: lonely\n")),
    ("pipeline-only", 0, front("pipeline_tag: fill-mask\n")),
    ("tags-empty", 0, front("tags: []\n")),
    ("tags-null", 0, front("tags:\n")),
    ("languages", 0, front("language:\n- en\n- no\n- de\n")),
    ("language-norwegian", 0, front("language: no\n")),
    ("language-string", 0, front("language: en\nlanguages: [fr]\n")),
    ("language-indented-no", 0, front("language:\n  - no\n  - nn\n")),
    ("names", 1_100_000_000, front(
        "model_name: Given Name\nmodel_creator: Somebody\nmodel_type: llama\nquantized_by: Another\n")),
    ("names-first", 0, front("name: First\nmodel_name: Second\nauthor: A\nmodel_author: B\nmodel_creator: C\n")),
    ("names-all", 0, front(
        "name: N\nauthor: A\nversion: v9\norganization: O\ndescription: D\nfinetune: F\nbasename: B\n"
        "size_label: 3B\nurl: https://u\ndoi: 10/1\nuuid: 1-2\nrepo_url: https://r\n")),
    ("model-names-all", 0, front(
        "model_name: N\nmodel_author: A\nmodel_version: v9\nmodel_organization: O\nmodel_description: D\n"
        "model_finetune: F\nmodel_basename: B\nmodel_size_label: 3B\nmodel_url: https://u\nmodel_doi: 10/1\n"
        "model_uuid: 1-2\nmodel_repo_url: https://r\n")),
    ("Folder-Name-7B-v2", 7_000_000_000, front("license: mit\n")),
    ("Folder-Name-7B-v2-Chat", 7_000_000_000, front("version: v5\nbasename: Other\n")),
    ("version-number", 0, front("version: 1.0\n")),
    ("version-date", 0, front("version: 2024-05-01\n")),
    ("version-zero", 0, front("version: 0\nlicense: mit\n")),
    ("literal-block", 0, front("description: |\n  One line\n    and more\n\n  last\nlicense: mit\n")),
    ("folded-block", 0, front("description: >-\n  One line\n  goes on\n\n  new paragraph\nlicense: mit\n")),
    ("kept-block", 0, front("description: |+\n  text\n\nlicense: mit\n")),
    ("plain-lines", 0, front("description: one\n  two\n  three\nlicense: mit\n")),
    ("quoted-lines", 0, front("description: \"one\n  two\\\n  three\"\nlicense: mit\n")),
    ("comments", 0, front("# first\nlicense: mit # the licence\ntags: # list\n- a # x\n- b#c\n")),
    ("tabs", 0, front("license:\tmit\ntags:\n\t- a\n\t- b\n")),
    ("nested", 0, front(
        "model-index:\n- name: x\n  results:\n  - task:\n      type: text-generation\n    metrics:\n    - type: acc\n"
        "      value: 0.5\nlicense: mit\nwidget:\n- text: \"hello: world\"\nextra: {a: {b: [1, 2, {c: d}]}}\n")),
    ("duplicate-keys", 0, front("license: mit\nlicense: apache-2.0\n")),
    ("unicode", 0, front("name: Modèle 模型 🦙\ntags: [émile, 中文]\n")),
    ("hub-style", 8_030_000_000, front(
        "language:\n- en\n- de\n- fr\nlicense: llama3.1\nlibrary_name: transformers\npipeline_tag: text-generation\n"
        "tags:\n- facebook\n- meta\nbase_model: meta-llama/Llama-3.1-8B\nbase_model_relation: finetune\n"
        "extra_gated_prompt: >-\n  ### LICENCE\n\n  Terms: \"quoted\" text\n   - indented\n"
        "extra_gated_fields:\n  First Name: text\n  Country: country\n  ip_location: checkbox\n"
        "extra_gated_button_content: Submit\n")),
    ("question-marks", 0, front("? license\n: mit\n")),
    ("key-types", 0, front("1: one\nyes: two\nnull: three\nlicense: mit\n")),
    ("flow-lines", 0, front("tags: [a,\n  b,\n  c d,\n]\nlicense: mit\n")),
    ("anchor", 0, front("license: &l mit\nlicense_name: *l\n")),
    ("custom-tag", 0, front("license: !x mit\n")),
    ("string-tag", 0, front("version: !!str 1.0\n")),
    ("unclosed-quote", 0, front("license: \"mit\n")),
    ("unclosed-list", 0, front("tags: [a, b\n")),
    ("bad-indent", 0, front("tags:\n  - a\n - b\nlicense: mit\n")),
    ("colon-in-text", 0, front("description: a: b\n")),
    ("at-sign", 0, front("author: @someone\n")),
    ("percent", 0, front("%TAG ! x\nlicense: mit\n")),
    ("matter-is-list", 0, front("- a\n- b\n")),
    ("matter-is-text", 0, front("just words\n")),
    ("control-character", 0, front("license: m\u0007it\n")),
    ("tags-mixed", 0, front("tags: [a, 1, true]\n")),
    ("tags-numbers", 0, front("tags: [1, 2]\n")),
    ("author-list", 0, front("author: [A, B]\n")),
    ("sixties-and-octal", 0, front("tags: [\"1:30\", \"010\"]\nname: 12e5\nauthor: 0o7\n")),
    ("infinities", 0, front("name: inf\nauthor: nan\norganization: .5.\nversion: 1.2.3\n")),
]


def keys_of(folder, parameters):
    metadata = Metadata.load(None, folder, None, parameters)
    writer = GGUFWriter(None, "llama")
    writer.kv_data = [{}]
    metadata.set_gguf_meta_model(writer)
    result = {}
    for key, value in writer.kv_data[0].items():
        writer._pack_val(value.value, value.type, add_vtype=True, sub_type=value.sub_type)
        kind = value.type.name
        if value.type == GGUFValueType.ARRAY:
            kind = "ARRAY " + GGUFValueType.get_type(value.value[0]).name
        result[key] = {"type": kind, "value": value.value}
    return result


cases = []
for name, parameters, card in CASES:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / name
        folder.mkdir()
        (folder / "README.md").write_bytes(card.encode("utf-8"))
        case = {"folder": name, "parameters": parameters, "card": card}
        try:
            case["keys"] = keys_of(folder, parameters)
        except Exception as error:  # whatever the converter would end with
            case["error"] = type(error).__name__
        cases.append(case)

document = {
    "peer": "gguf", "version": importlib.metadata.version("gguf"),
    "script": "tools/golden/model_cards.py", "date": datetime.date.today().isoformat(),
    "cases": cases,
}
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(document, file, indent=1, ensure_ascii=True)
    file.write("\n")
print(len(cases), "cases,", sum("error" in case for case in cases), "that the peer fails at")
