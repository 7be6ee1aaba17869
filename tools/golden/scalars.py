#!/usr/bin/env python3
"""Writes Golden/Scalars: what ml_dtypes and NumPy decode and encode for every float type.

Needs numpy, ml_dtypes and the zstd program. Per type: `decode`, the f32 bits of every code (NaN as
null; 16-bit types leave this out), and `encode`, pairs of f32 bits and code for finite inputs whose
rounded value is finite: every value, the midpoints between neighbours, both f32 neighbours of each,
and random bits. `f64_to_f16` holds pairs of f64 bits and code that a detour through f32 gets wrong.
"""
import datetime, hashlib, json, pathlib, platform, subprocess
import ml_dtypes as m
import numpy as np

TYPES = {
    "f16": np.float16, "bf16": m.bfloat16, "f8_e4m3": m.float8_e4m3fn, "f8_e5m2": m.float8_e5m2,
    "f8_e4m3fnuz": m.float8_e4m3fnuz, "f8_e5m2fnuz": m.float8_e5m2fnuz, "f8_e8m0": m.float8_e8m0fnu,
    "f6_e2m3": m.float6_e2m3fn, "f6_e3m2": m.float6_e3m2fn, "f4_e2m1": m.float4_e2m1fn,
}
BITS = {"f16": 16, "bf16": 16, "f6_e2m3": 6, "f6_e3m2": 6, "f4_e2m1": 4}
rng = np.random.default_rng(20261121)
result = {}
for name, dtype in TYPES.items():
    bits = BITS.get(name, 8)
    raw = np.uint16 if bits == 16 else np.uint8
    codes = np.arange(1 << bits, dtype=raw)
    values = codes.view(dtype).astype(np.float32)
    case = {}
    if bits < 16:
        case["decode"] = [None if np.isnan(v) else int(b) for v, b in zip(values, values.view(np.uint32))]
    finite = np.unique(values[np.isfinite(values)].astype(np.float64))
    if bits == 16:  # a sample: everything near zero and one, and every 97th
        near = np.concatenate([finite[abs(finite) < finite[finite > 0][40]], finite[::97],
                               finite[(abs(finite) > 0.99) & (abs(finite) < 1.01)], finite[:3], finite[-3:]])
        finite = np.unique(near)
    points = np.concatenate([finite, (finite[:-1] + finite[1:]) / 2]).astype(np.float32)
    cases = np.concatenate([points, np.nextafter(points, np.float32(np.inf)), np.nextafter(points, np.float32(-np.inf)),
                            rng.integers(0, 1 << 32, 2000, dtype=np.uint32).view(np.float32),
                            (rng.standard_normal(1000) * 2).astype(np.float32)])
    cases = np.unique(cases[np.isfinite(cases)].view(np.uint32)).view(np.float32)
    if name == "f8_e8m0":
        # ml_dtypes does not round subnormal f32 to the nearest: 2^-127 * 1.0000002 becomes 2^-126.
        cases = cases[cases >= np.float32(2.0**-126)]
    cases = cases[abs(cases.astype(np.float64)) <= abs(finite).max()]
    with np.errstate(all="ignore"):
        codes = cases.astype(dtype).view(raw)
    case["encode"] = [[int(a), int(b)] for a, b in zip(cases.view(np.uint32), codes)]
    result[name] = case

# f64 just above or below a tie of f16, closer than f32 can tell.
halves = np.arange(0x0001, 0x7bff, 61, dtype=np.uint16)
low = halves.view(np.float16).astype(np.float64)
tie = (low + (halves + 1).view(np.float16).astype(np.float64)) / 2
doubles = np.concatenate([tie, tie * (1 + 2.0**-40), tie * (1 - 2.0**-40), -tie * (1 + 2.0**-40), low * (1 + 2.0**-50)])
result["f64_to_f16"] = [[str(int(a)), int(b)] for a, b in
                        zip(doubles.view(np.uint64), doubles.astype(np.float16).view(np.uint16))]

folder = pathlib.Path(__file__).resolve().parents[2] / "Golden/Scalars"
folder.mkdir(parents=True, exist_ok=True)
data = json.dumps(result, separators=(",", ":")).encode()
target = folder / "scalars.json"
target.write_bytes(data)
subprocess.run(["zstd", "-19", "-q", "-f", "--rm", str(target)], check=True)
(folder / "manifest.json").write_text(json.dumps({
    "what": "decoding and encoding of the scalar float types by the reference packages",
    "script": "tools/golden/scalars.py",
    "made_by": {"ml_dtypes": m.__version__, "numpy": np.__version__, "python": platform.python_version()},
    "date": datetime.date.today().isoformat(),
    "files": {"scalars.json": {"sha256": hashlib.sha256(data).hexdigest(), "stored": "scalars.json.zst"}},
}, indent=1) + "\n")
print({k: len(v["encode"]) if isinstance(v, dict) else len(v) for k, v in result.items()})
