"""convert_hf_to_gguf.py, with the pre-tokenizer's name given where its hash is not known."""
import os, sys
conv=sys.argv.pop(1); sys.path.insert(0, os.path.dirname(conv))
sys.argv[0]=conv
from conversion import base
real=base.TextModel.get_vocab_base_pre
def named(self, tok):
    try: return real(self, tok)
    except NotImplementedError: return 'jina-v2-en'
base.TextModel.get_vocab_base_pre=named
import runpy; runpy.run_path(conv, run_name='__main__')
