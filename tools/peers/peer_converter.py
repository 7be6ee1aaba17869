"""llama.cpp's convert_hf_to_gguf.py, called in this process (its imports alone take five seconds).

The converter knows a BPE or WordPiece pre-tokenizer by a hash of what a tokenizer makes of one text, so it
refuses tokenizers it has not seen, whatever their structure. For those, and only after it has refused, it is
told the name it would have given: the caller passes it, and the result says whether it was needed. StableLM's
norms per head are handed on (yield_returned_norms), without which it fails.
"""

import contextlib
import io
import logging
import pathlib
import sys


def yield_returned_norms():
    """StableLM's modify_tensors is a generator that returns the stacked norms, where nobody finds them."""
    from conversion.stablelm import StableLMModel

    original = StableLMModel.modify_tensors

    def modify_tensors(model, *arguments):
        yield from (yield from original(model, *arguments)) or ()

    StableLMModel.modify_tensors = modify_tensors


def tell_rotary_part():
    """GPT-NeoX's rotary_pct is asked for where Transformers 5 does not leave it: it moves into rope_parameters."""
    from conversion.gptneox import GPTNeoXModel

    original = GPTNeoXModel.set_gguf_parameters

    def set_gguf_parameters(model):
        model.hparams.setdefault("rotary_pct", model.rope_parameters["partial_rotary_factor"])
        original(model)

    GPTNeoXModel.set_gguf_parameters = set_gguf_parameters


class Converter:
    def __init__(self, tree):
        sys.path[:0] = [str(tree), str(pathlib.Path(tree) / "gguf-py")]
        import convert_hf_to_gguf
        from conversion.base import TextModel

        self.module = convert_hf_to_gguf
        self.pre = None
        self.told = False
        known = TextModel.get_vocab_base_pre

        def get_vocab_base_pre(model, tokenizer):
            try:
                return known(model, tokenizer)
            except NotImplementedError:
                if self.pre is None:
                    raise
                self.told = True
                return self.pre

        TextModel.get_vocab_base_pre = get_vocab_base_pre
        yield_returned_norms()
        tell_rotary_part()

    def run(self, folder, outfile, outtype, pre=None):
        """Converts; returns {"rc": 0, "told_pre": name or null} or {"rc": 1, "error": text}."""
        self.pre, self.told = pre, False
        logging.disable(logging.CRITICAL)
        arguments = [str(folder), "--outfile", str(outfile), "--outtype", outtype]
        old = sys.argv
        sys.argv = ["convert_hf_to_gguf.py", *arguments]
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                self.module.main()
        except (Exception, SystemExit) as error:
            pathlib.Path(outfile).unlink(missing_ok=True)
            return {"rc": 1, "error": f"{type(error).__name__}: {error}"}
        finally:
            sys.argv = old
            logging.disable(logging.NOTSET)
        return {"rc": 0, "told_pre": pre if self.told else None}
