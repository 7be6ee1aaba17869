"""Writes divisors of llama3 scaling as convert_hf_to_gguf.py computes them with PyTorch (CPU, AVX-512).

usage: make_llama3_factors.py OUT.json; rows: theta, dims, factor, low, high, original, bits of the divisors
"""
import torch, math, json, random, struct, sys
random.seed(5)
def peer(base, dim, factor, low_freq_factor, high_freq_factor, old_context_len):
    freqs = 1.0 / (base ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim))
    low_freq_wavelen = old_context_len / low_freq_factor
    high_freq_wavelen = old_context_len / high_freq_factor
    out = []
    for freq in freqs:
        wavelen = 2 * math.pi / freq
        if wavelen < high_freq_wavelen: out.append(1)
        elif wavelen > low_freq_wavelen: out.append(factor)
        else:
            smooth = (old_context_len / wavelen - low_freq_factor) / (high_freq_factor - low_freq_factor)
            out.append(1 / ((1 - smooth) / factor + smooth))
    return [struct.unpack('I', struct.pack('f', float(x)))[0] for x in torch.tensor(out, dtype=torch.float32)]
rows=[]
for k in range(400):
    if k<120: base=random.choice([10000.0,500000.0,1000000.0,500000,130000.0]); dim=random.choice([16,32,64,80,96,128,256]); f=random.choice([2.0,4.0,8.0,16.0,32.0]); lo=1.0; hi=4.0; orig=random.choice([64,256,2048,4096,8192,32768])
    else: base=round(random.uniform(100,5e6),random.choice([0,2])); dim=random.choice([8,12,34,48,64,100,128,160,192,256]); f=round(random.uniform(1.1,40),2); lo=round(random.uniform(.3,3),2); hi=lo+round(random.uniform(.5,8),2); orig=random.randint(32,100000)
    rows.append([base,dim,f,lo,hi,orig,peer(base,dim,f,lo,hi,orig)])
json.dump(rows, open(sys.argv[1],'w'), separators=(',',':'))
