"""gguf-py's own editor: a copy of a GGUF with other keys.

usage: gguf_new_metadata.py INPUT OUTPUT [its options]    (needs the package gguf)
"""

from gguf.scripts.gguf_new_metadata import main

main()
