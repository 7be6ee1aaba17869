#!/usr/bin/env python3
"""Writes Golden/Recipes: the type that llama-quantize gives to every tensor of synthetic models, for every preset.

Usage: tools/golden/recipe_types.py LLAMA-QUANTIZE VERSION [PRESET-TYPES.JSON]

LLAMA-QUANTIZE is the built program, VERSION what manifests say of it. The models are headers followed by a hole: only
names, shapes and keys count, and --dry-run reads nothing else. PRESET-TYPES.JSON, an earlier run of the same kind over
two whole models, is copied in the same form. Needs the Python packages gguf and zstandard (or the program zstd).
"""
import concurrent.futures, datetime, hashlib, json, os, pathlib, re, subprocess, sys, tempfile
import gguf

program, version = sys.argv[1], sys.argv[2]
PRESETS = ("Q1_0 Q2_0 Q4_0 Q4_1 MXFP4_MOE Q5_0 Q5_1 IQ2_XXS IQ2_XS IQ2_S IQ2_M IQ1_S IQ1_M TQ1_0 TQ2_0 Q2_K Q2_K_S IQ3_XXS IQ3_S "
           "IQ3_M IQ3_XS Q3_K_S Q3_K_M Q3_K_L IQ4_NL IQ4_XS Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K Q8_0 F16 BF16 F32").split()

LATENT = {"attention.key_length_mla": 64, "attention.value_length_mla": 32, "attention.q_lora_rank": 256, "attention.kv_lora_rank": 256,
          "ssm.conv_kernel": 4, "kda.head_dim": 32, "kda.gate_lower_bound": -5.0, "expert_feed_forward_length": 512,
          "expert_shared_count": 1, "leading_dense_block_count": 0, "expert_gating_func": 2, "rope.dimension_count": 32}


class Model:
    """A model's keys and tensors; shapes have the outermost axis first."""

    def __init__(self, name, arch, layers, width, ff, heads, kv, experts=0, vocab=512, keys=()):
        self.name, self.arch, self.layers, self.width, self.ff = name, arch, layers, width, ff
        self.heads, self.kv, self.experts, self.vocab = heads, kv, experts, vocab
        self.keys, self.tensors = dict(keys), []

    def add(self, name, *shape):
        kind = "BF16" if len(shape) > 1 and "norm" not in name else "F32"
        self.tensors.append((name, list(shape), kind))
        return self

    def both(self, name, *shape):
        """A matrix and its bias."""
        return self.add(name + ".weight", *shape).add(name + ".bias", shape[0])

    def attention(self, p, norm="attn_norm"):
        head = self.width // self.heads
        self.add(p + norm + ".weight", self.width)
        self.add(p + "attn_q.weight", self.width, self.width).add(p + "attn_k.weight", head * self.kv, self.width)
        return self.add(p + "attn_v.weight", head * self.kv, self.width).add(p + "attn_output.weight", self.width, self.width)

    def dense(self, p, ff=None):
        w, f = self.width, ff or self.ff
        self.add(p + "ffn_norm.weight", w).add(p + "ffn_gate.weight", f, w).add(p + "ffn_up.weight", f, w)
        return self.add(p + "ffn_down.weight", w, f)

    def sparse(self, p, shared=0):
        w, f, e = self.width, self.ff, self.experts
        self.add(p + "ffn_norm.weight", w).add(p + "ffn_gate_inp.weight", e, w)
        self.add(p + "ffn_gate_exps.weight", e, f, w).add(p + "ffn_up_exps.weight", e, f, w).add(p + "ffn_down_exps.weight", e, w, f)
        if shared:
            self.add(p + "ffn_gate_inp_shexp.weight", w)
            self.add(p + "ffn_gate_shexp.weight", shared, w).add(p + "ffn_up_shexp.weight", shared, w)
            self.add(p + "ffn_down_shexp.weight", w, shared)
        return self

    def ends(self, tied=False):
        self.add("token_embd.weight", self.vocab, self.width).add("output_norm.weight", self.width)
        return self if tied else self.add("output.weight", self.vocab, self.width)

    def write(self, path):
        w = gguf.GGUFWriter(None, self.arch)
        a = self.arch
        for key, value in {"context_length": 2048, "embedding_length": self.width, "block_count": self.layers,
                           "feed_forward_length": self.ff, "attention.head_count": self.heads,
                           "attention.head_count_kv": self.kv}.items():
            w.add_uint32(f"{a}.{key}", value)
        for key in ("attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon", "attention.group_norm_epsilon"):
            w.add_float32(f"{a}.{key}", 1e-5)
        if self.experts:
            w.add_uint32(f"{a}.expert_count", self.experts)
            w.add_uint32(f"{a}.expert_used_count", 2)
        for key, value in self.keys.items():
            add = w.add_bool if isinstance(value, bool) else w.add_uint32 if isinstance(value, int) else \
                w.add_float32 if isinstance(value, float) else w.add_array
            add(f"{a}.{key}", value)
        end = 0
        for name, shape, kind in self.tensors:
            n = 1
            for axis in shape:
                n *= axis
            size = n * (2 if kind == "BF16" else 4)
            add_info(w, name, shape, kind, size)
            end += -(-size // 32) * 32
        w.write_header_to_file(path)
        w.write_kv_data_to_file()
        w.write_ti_data_to_file()
        w.close()
        start = -(-os.path.getsize(path) // 32) * 32
        os.truncate(path, start + end)


def add_info(writer, name, shape, kind, size):
    import numpy
    writer.add_tensor_info(name, shape, numpy.dtype("float32"), size, raw_dtype=getattr(gguf.GGMLQuantizationType, kind))


def llama(name, layers=8, width=256, ff=512, heads=8, kv=2, tied=False, arch="llama", experts=0, **keys):
    m = Model(name, arch, layers, width, ff, heads, kv, experts, keys={"rope.dimension_count": width // heads, **keys})
    for i in range(layers):
        m.attention(f"blk.{i}.")
        m.sparse(f"blk.{i}.") if experts else m.dense(f"blk.{i}.")
    return m.ends(tied)


def models():
    yield llama("llama-gqa2", layers=12, kv=4)
    yield llama("llama-mha", layers=5, kv=8)
    yield llama("llama-tied", layers=9, tied=True)
    yield llama("llama-70b", layers=80, kv=1)
    yield llama("llama-65b", layers=80, kv=8)
    yield llama("qwen2-80", layers=80, kv=4, arch="qwen2")
    yield llama("olmo-80", layers=80, kv=8, arch="olmo")
    yield llama("jais2-68", layers=68, kv=8, arch="jais2")
    yield llama("deci-80", layers=80, kv=2, arch="deci")
    yield llama("llama-3", layers=3, kv=1)
    yield llama("qwen3moe", layers=24, kv=2, arch="qwen3moe", experts=128, expert_feed_forward_length=512)
    yield llama("mixtral", layers=16, experts=8)
    yield llama("mixtral-mha", layers=10, kv=8, experts=8)
    yield llama("moe4", layers=8, kv=8, experts=4)
    yield llama("moe2", layers=8, kv=8, experts=2)
    yield llama("rows-320", layers=8, width=320, ff=800)
    yield llama("rows-96", layers=4, width=96, ff=352, heads=4, kv=2)
    yield llama("rows-272", layers=4, width=272, ff=256, heads=4, kv=2)
    yield llama("rows-272-tied", layers=4, width=272, ff=528, heads=4, kv=2, tied=True)

    m = Model("qwen2moe", "qwen2moe", 8, 256, 256, 8, 8, experts=16,
              keys={"expert_feed_forward_length": 256, "expert_shared_feed_forward_length": 512})
    for i in range(8):
        m.attention(f"blk.{i}.").sparse(f"blk.{i}.", shared=512)
    yield m.ends()

    m = Model("deepseek2", "deepseek2", 9, 256, 512, 8, 1, experts=16, keys={
        "leading_dense_block_count": 1, "attention.q_lora_rank": 256, "attention.kv_lora_rank": 256, "expert_feed_forward_length": 256,
        "expert_shared_count": 1, "expert_weights_scale": 1.0, "expert_gating_func": 1, "attention.key_length_mla": 64,
        "attention.value_length_mla": 32, "attention.key_length": 288, "attention.value_length": 256, "rope.dimension_count": 32})
    for i in range(9):
        p = f"blk.{i}."
        m.add(p + "attn_norm.weight", 256).add(p + "attn_q_a.weight", 256, 256).add(p + "attn_q_a_norm.weight", 256)
        m.add(p + "attn_q_b.weight", 512, 256).add(p + "attn_kv_a_mqa.weight", 288, 256).add(p + "attn_kv_a_norm.weight", 256)
        if i % 2:  # both spellings of the same matrices
            m.add(p + "attn_kv_b.weight", 512, 256)
        else:
            m.add(p + "attn_k_b.weight", 8, 256, 32).add(p + "attn_v_b.weight", 8, 32, 256)
        m.add(p + "attn_output.weight", 256, 256)
        m.dense(p) if i == 0 else m.sparse(p)
        if i:
            m.add(p + "exp_probs_b.bias", 16).add(p + "ffn_gate_shexp.weight", 256, 256)
            m.add(p + "ffn_up_shexp.weight", 256, 256).add(p + "ffn_down_shexp.weight", 256, 256)
    yield m.ends()

    for layers, tied in ((32, False), (60, False), (8, True)):
        m = Model(f"falcon-{layers}", "falcon", layers, 256, 1024, 8, 1 if layers == 32 else 2)
        for i in range(layers):
            p = f"blk.{i}."
            m.add(p + "attn_norm.weight", 256).add(p + "attn_norm.bias", 256).add(p + "attn_qkv.weight", 320, 256)
            m.add(p + "attn_output.weight", 256, 256).add(p + "ffn_up.weight", 1024, 256).add(p + "ffn_down.weight", 256, 1024)
        yield m.ends(tied)

    m = Model("bert", "bert", 6, 384, 1536, 12, 12, keys={"attention.causal": False, "pooling_type": 1})
    m.add("token_embd.weight", 512, 384).add("position_embd.weight", 512, 384).add("token_types.weight", 2, 384)
    m.add("token_embd_norm.weight", 384).add("token_embd_norm.bias", 384)
    for i in range(6):
        p = f"blk.{i}."
        for n in "qkv":
            m.both(p + "attn_" + n, 384, 384)
        m.both(p + "attn_output", 384, 384).both(p + "ffn_up", 1536, 384).both(p + "ffn_down", 384, 1536)
        m.add(p + "attn_output_norm.weight", 384).add(p + "layer_output_norm.weight", 384)
    yield m

    for tied in (False, True):
        m = Model("gpt2-tied" if tied else "gpt2", "gpt2", 12, 768, 3072, 12, 12)
        m.add("position_embd.weight", 512, 768)
        for i in range(12):
            p = f"blk.{i}."
            m.add(p + "attn_norm.weight", 768).both(p + "attn_qkv", 2304, 768).both(p + "attn_output", 768, 768)
            m.add(p + "ffn_norm.weight", 768).both(p + "ffn_up", 3072, 768).both(p + "ffn_down", 768, 3072)
        yield m.ends(tied)

    m = Model("t5", "t5", 4, 256, 512, 8, 8, keys={"attention.relative_buckets_count": 32, "decoder_start_token_id": 0})
    for side in ("enc", "dec"):
        for i in range(4):
            p = f"{side}.blk.{i}."
            m.attention(p).dense(p)
            m.tensors = [(n.replace("attn_output", "attn_o") if side in n else n, s, k) for n, s, k in m.tensors]
            if i == 0:
                m.add(p + "attn_rel_b.weight", 32, 8)
            if side == "dec":
                m.add(p + "cross_attn_norm.weight", 256)
                for n in "qkvo":
                    m.add(p + f"cross_attn_{n}.weight", 256, 256)
    yield m.add("enc.output_norm.weight", 256).add("dec.output_norm.weight", 256).ends()

    m = Model("mamba", "mamba", 6, 256, 0, 0, 0, keys={
        "ssm.conv_kernel": 4, "ssm.inner_size": 512, "ssm.state_size": 16, "ssm.time_step_rank": 16})
    for i in range(6):
        p = f"blk.{i}."
        m.add(p + "attn_norm.weight", 256).add(p + "ssm_in.weight", 1024, 256).both(p + "ssm_conv1d", 512, 4)
        m.add(p + "ssm_x.weight", 48, 512).both(p + "ssm_dt", 512, 16).add(p + "ssm_a", 512, 16).add(p + "ssm_d", 512)
        m.add(p + "ssm_out.weight", 256, 512)
    yield m.ends(tied=True)

    m = Model("gemma3n", "gemma3n", 10, 256, 512, 8, 2, keys={
        "attention.sliding_window": 512, "embedding_length_per_layer_input": 256, "altup.num_inputs": 4, "altup.active_idx": 0,
        "attention.shared_kv_layers": 2, "attention.key_length": 32, "attention.value_length": 32,
        "attention.sliding_window_pattern": [True] * 4 + [False] + [True] * 4 + [False]})
    m.add("per_layer_token_embd.weight", 512, 2560).add("per_layer_model_proj.weight", 2560, 256).add("per_layer_proj_norm.weight", 256)
    m.add("altup_proj.weight", 3, 256, 256).add("altup_unembd_proj.weight", 3, 256, 256)
    for i in range(10):
        p = f"blk.{i}."
        m.attention(p).dense(p)
        m.add(p + "laurel_l.weight", 64, 256).add(p + "laurel_r.weight", 256, 64).add(p + "altup_router.weight", 4, 256)
        m.add(p + "inp_gate.weight", 256, 256).add(p + "proj.weight", 256, 256)
    yield m.ends(tied=True)

    m = Model("rwkv6", "rwkv6", 4, 256, 896, 0, 0, keys={
        "wkv.head_size": 64, "time_mix_extra_dim": 32, "time_decay_extra_dim": 64, "rescale_every_n_layers": 6})
    for i in range(4):
        p = f"blk.{i}."
        m.both(p + "attn_norm", 256).tensors.pop()
        for n in ("w1", "w2", "decay_w1", "decay_w2", "first", "lerp_fused", "receptance", "key", "value", "gate", "output"):
            m.add(p + f"time_mix_{n}.weight", 256, 256)
        m.add(p + "channel_mix_key.weight", 896, 256).add(p + "channel_mix_value.weight", 256, 896)
        m.add(p + "channel_mix_receptance.weight", 256, 256)
    yield m.ends()

    m = Model("glm5-next", "glm5-next", 8, 256, 512, 8, 8, experts=8, keys={
        **LATENT, "attention.indexer.head_count": 2, "attention.indexer.key_length": 32, "attention.indexer.top_k": 8,
        "attention.indexer.kpool": 2, "hyper_connection.count": 4, "hyper_connection.sinkhorn_iterations": 2,
        "hyper_connection.epsilon": 1e-5})
    for i in range(8):
        p = f"blk.{i}."
        for n in ("attn_q_a", "attn_q_b", "attn_kv_b", "attn_kv_a_mqa", "attn_k_b", "attn_v_b", "hc_attn_fn", "indexer.attn_q_b",
                  "indexer.attn_k", "indexer.proj", "indexer_compressor_gate", "ssm_f_a", "ssm_beta", "nextn.eh_proj", "attn_output"):
            m.add(f"{p}{n}.weight", 256, 256)
        m.sparse(p)
    yield m.ends()

    m = Model("bailingmoe3", "bailingmoe3", 8, 256, 512, 8, 8, experts=8, keys=LATENT)
    for i in range(8):
        m.attention(f"blk.{i}.").sparse(f"blk.{i}.").add(f"blk.{i}.attn_k_b.weight", 8, 256, 32)
    yield m.ends()


OPTIONS = [  # model, presets, options
    (name, preset, options)
    for name in ("llama-gqa2", "llama-tied", "mixtral", "rows-320", "gemma3n")
    for preset in ("Q4_K_M", "Q2_K", "IQ2_M", "MXFP4_MOE", "Q8_0", "Q3_K_M")
    for options in (
        ["--pure"], ["--leave-output-tensor"], ["--output-tensor-type", "q8_0"], ["--token-embedding-type", "q5_1"],
        ["--tensor-type", "attn_v=q8_0"], ["--tensor-type", r"blk\.[0-3]\.ffn_down=q5_1", "--tensor-type", "ffn_(up|down)=iq4_nl"],
        ["--tensor-type", "BLK.1.*=f16"], ["--pure", "--tensor-type", r"\.(1|3)\.=q5_0"], ["--tensor-type", "token_embd=q4_1"],
        ["--token-embedding-type", "q8_0", "--tensor-type", "token_embd=q4_1"],
        ["--pure", "--output-tensor-type", "f16", "--token-embedding-type", "bf16"],
        ["--output-tensor-type", "q4_0", "--token-embedding-type", "q8_0", "--tensor-type", "output=q5_0"],
        ["--tensor-type", "attn_q=q4_K", "--tensor-type", "attn_output=q6_K"],
        ["--tensor-type", "^blk.*attn_k.weight$=q6_K"],
    )
] + [("llama-gqa2", "F16", o) for o in (["--output-tensor-type", "q8_0"], ["--token-embedding-type", "q8_0"], ["--leave-output-tensor"])]

LINE = re.compile(r"^\[\s*\d+/\s*\d+\]\s+(\S+)\s+- \[[^\]]*\], type =\s*(\S+), size =\s*[\d.]+ MiB(?: ->\s*[\d.]+ MiB \((\S+)\))?")


def run(path, preset, importance, options):
    """Types by tensor, whether importance is demanded, and the error if there is one."""
    command = [program, *options, *(["--imatrix", importance] if importance else []), "--dry-run", str(path), preset]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "GGML_NO_BACKTRACE": "1"})
    output = done.stdout + "\n" + done.stderr
    if done.returncode:
        lines = [l for l in output.splitlines() if "failed to quantize:" in l or "ASSERT" in l]
        return None, False, (lines or ["status %d" % done.returncode])[0].split(": ", 2)[-1]
    types = {}
    for line in output.splitlines():
        if match := LINE.match(line):
            types[match[1]] = match[3] or match[2]
    return types, "will require an imatrix" in output, None


def pack(alphabet, names, types):
    """A letter per tensor."""
    result = ""
    for name in names:
        kind = types[name].lower()
        if kind not in alphabet:
            alphabet.append(kind)
        result += chr(ord("A") + alphabet.index(kind)) if alphabet.index(kind) < 26 else chr(ord("a") + alphabet.index(kind) - 26)
    return result


def importance_file(path):
    import numpy
    w = gguf.GGUFWriter(path, "llama")
    w.add_type("imatrix")
    w.add_array("imatrix.datasets", ["none"])
    w.add_uint32("imatrix.chunk_count", 1)
    w.add_uint32("imatrix.chunk_size", 1)
    w.add_tensor("none.weight.in_sum2", numpy.ones((1, 32), numpy.float32))
    w.add_tensor("none.weight.counts", numpy.ones((1, 1), numpy.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def main():
    alphabet, out_models, cases = [], {}, []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(folder)
        importance = str(folder / "importance.gguf")
        importance_file(importance)
        jobs = []
        for model in models():
            path = folder / f"{model.name}.gguf"
            model.write(path)
            probe = run(path, "Q8_0", None, [])
            if probe[2]:
                print(f"{model.name}: {probe[2]}", file=sys.stderr)
                continue
            out_models[model.name] = {
                "architecture": model.arch, "layers": model.layers, "heads": model.heads, "kv_heads": model.kv,
                "experts": model.experts, "tensors": model.tensors}
            jobs += [(model, path, p, i, []) for p in PRESETS for i in (None, importance)]
            jobs += [(model, path, p, i, o) for n, p, o in OPTIONS if n == model.name for i in (None, importance)]
        results = pool.map(lambda j: run(j[1], j[2], j[3], j[4]), jobs)
        for (model, _, preset, with_importance, options), (types, needs, error) in zip(jobs, results):
            case = {"model": model.name, "preset": preset.lower(), "importance": bool(with_importance), "options": options}
            if error:
                case["error"] = error
            else:
                case |= {"types": pack(alphabet, [t[0] for t in model.tensors], types), "needs": needs}
            cases.append(case)
    if len(sys.argv) > 3:
        fixtures = json.loads(pathlib.Path(sys.argv[3]).read_text())
        for key, value in fixtures.items():
            file, preset, importance = key.split("|")
            large = "1b" in file
            name = "synth-1b" if large else "synth-75m"
            width, ff, vocab, kv = (2048, 5632, 32000, 256) if large else (1024, 2816, 4096, 256)
            if name not in out_models:
                shapes = {"token_embd": [vocab, width], "output": [vocab, width], "ffn_down": [width, ff], "ffn_up": [ff, width],
                          "ffn_gate": [ff, width], "attn_q": [width, width], "attn_output": [width, width],
                          "attn_k": [kv, width], "attn_v": [kv, width]}
                tensors = [[t, shapes.get(t.split(".")[-2], [width]), "F32" if "norm" in t else "BF16"] for t in value["types"]]
                out_models[name] = {"architecture": "llama", "layers": 16 if large else 6, "heads": 32 if large else 16,
                                    "kv_heads": 4, "experts": 0, "tensors": tensors}
            names = [t[0] for t in out_models[name]["tensors"]]
            cases.append({"model": name, "preset": preset.lower(), "importance": importance == "imatrix", "options": [],
                          "types": pack(alphabet, names, value["types"]), "needs": value["needs"]})
    data = json.dumps({"alphabet": alphabet, "models": out_models, "cases": cases}, separators=(",", ":")).encode()
    folder = pathlib.Path(__file__).resolve().parents[2] / "Golden/Recipes"
    folder.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(["zstd", "-19", "--content-size", f"--stream-size={len(data)}"], input=data, capture_output=True, check=True).stdout
    (folder / "types.json.zst").write_bytes(packed)
    manifest = {
        "what": "the type that llama-quantize --dry-run gives to every tensor of synthetic models, as a letter of the alphabet per tensor; "
                "synth-1b and synth-75m come from runs over whole files of the same version",
        "script": "tools/golden/recipe_types.py", "made_by": {"llama-quantize": version}, "date": datetime.date.today().isoformat(),
        "cases": len(cases), "models": len(out_models), "files": {"types.json.zst": {"sha256": hashlib.sha256(packed).hexdigest()}}}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(len(cases), len(out_models), len(data), len(packed), [c for c in cases if "error" in c][:12])


main()
