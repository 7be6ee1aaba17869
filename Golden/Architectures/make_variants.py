"""Runs convert_hf_to_gguf.py on small variants of two fixtures and records what it writes."""
import copy, hashlib, json, os, shutil, subprocess, sys
import numpy as np, torch
from safetensors.torch import load_file, save_file
import gguf
FIX = sys.argv[1]; CONV = sys.argv[2]; OUT = sys.argv[3]; only = sys.argv[4:]
def arch(case): return os.path.join(FIX, case)
base_llama = json.load(open(arch('llama/llama-spm-gqa/config.json')))
T = load_file(arch('llama/llama-spm-gqa/model.safetensors')); T = {k: v.float() for k, v in T.items()}
base_bert = json.load(open(arch('bert/bert/config.json')))
TB = load_file(arch('bert/bert/model.safetensors'))
def cfg(base, drop=(), **kw):
    c = copy.deepcopy(base)
    for d in drop: c.pop(d, None)
    c.update(kw); return c
V = {}
L = base_llama
norope = ('rope_parameters',)
old = ('rope_parameters', 'head_dim', 'dtype', 'transformers_version')
V['llama-bare'] = (cfg(L, ('rope_parameters','head_dim','num_key_value_heads','rms_norm_eps','attention_bias','mlp_bias','tie_word_embeddings','hidden_act')), 'mha')
V['llama-v4'] = (cfg(L, old, rope_theta=500000.0, rope_scaling=None), None)
V['llama-v4-linear'] = (cfg(L, old, rope_theta=20000.0, rope_scaling={'type':'linear','factor':2.0}), None)
V['llama-v4-linear-rope-type'] = (cfg(L, old, rope_theta=20000.0, rope_scaling={'rope_type':'linear','factor':4}), None)
V['llama-linear'] = (cfg(L, rope_parameters={'rope_type':'linear','factor':2.5,'rope_theta':10000.0}), None)
V['llama-v4-yarn'] = (cfg(L, old, rope_theta=10000, rope_scaling={'type':'yarn','factor':4.0,'original_max_position_embeddings':64}), None)
V['llama-yarn'] = (cfg(L, rope_parameters={'rope_type':'yarn','factor':4.0,'original_max_position_embeddings':64,'rope_theta':10000.0,'beta_fast':16.0,'beta_slow':2.0,'attention_factor':0.9}), None)
V['llama-yarn-no-original'] = (cfg(L, rope_parameters={'rope_type':'yarn','factor':4.0,'rope_theta':10000.0}), None)
V['llama-yarn-mscale'] = (cfg(L, rope_parameters={'rope_type':'yarn','factor':4.0,'rope_theta':10000.0,'original_max_position_embeddings':64,'mscale':1.0,'mscale_all_dim':1.0}), None)
l3={'rope_type':'llama3','factor':8.0,'low_freq_factor':1.0,'high_freq_factor':4.0,'original_max_position_embeddings':64}
V['llama-v4-llama3'] = (cfg(L, old, rope_theta=500000.0, rope_scaling=l3), None)
V['llama-llama3'] = (cfg(L, rope_parameters=dict(l3, rope_theta=500000.0)), None)
V['llama-llama3-real'] = (cfg(L, rope_parameters=dict(l3, rope_theta=500000.0, factor=32.0, original_max_position_embeddings=8192)), None)
V['llama-llama3-wide'] = (cfg(L, rope_parameters=dict(l3, rope_theta=500000.0, original_max_position_embeddings=8192), head_dim=128), 'hd128')
V['llama-llama3-no-original'] = (cfg(L, rope_parameters={'rope_type':'llama3','factor':8.0,'low_freq_factor':1.0,'high_freq_factor':4.0,'rope_theta':500000.0}), None)
V['llama-llama3-odd'] = (cfg(L, rope_parameters=dict(l3, rope_theta=123456.0, factor=3.3, low_freq_factor=0.7, high_freq_factor=5.5, original_max_position_embeddings=300), head_dim=64), 'hd64')
V['llama-dynamic'] = (cfg(L, rope_parameters={'rope_type':'dynamic','factor':2.0,'rope_theta':10000.0}), None)
V['llama-biases'] = (cfg(L, attention_bias=True, mlp_bias=True), 'bias')
V['llama-tied'] = (cfg(L, tie_word_embeddings=True), 'tied')
V['llama-tied-copy'] = (cfg(L, tie_word_embeddings=True), 'tiedcopy')
V['llama-head-dim'] = (cfg(L, head_dim=32), 'hd32')
V['llama-head-dim-null'] = (cfg(L, head_dim=None), None)
V['llama-model'] = (cfg(L, architectures=['LlamaModel']), 'bare')
V['llama-inv-freq'] = (cfg(L), 'inv')
V['mistral-window'] = (cfg(L, ('attention_bias','mlp_bias','head_dim','rope_parameters'), architectures=['MistralForCausalLM'], model_type='mistral', sliding_window=128, rope_theta=10000.0), None)
V['mistral-no-window'] = (cfg(L, ('attention_bias','mlp_bias'), architectures=['MistralForCausalLM'], model_type='mistral', sliding_window=None), None)
V['mistral-bare'] = (cfg(L, ('attention_bias','mlp_bias','head_dim','rope_parameters','rms_norm_eps','num_key_value_heads'), architectures=['MistralForCausalLM'], model_type='mistral', num_attention_heads=16), 'h16')
V['llama-layers12'] = (cfg(L, num_hidden_layers=12), 'l12')
B = base_bert
V['bert-mlm'] = (cfg(B, architectures=['BertForMaskedLM']), 'mlm')
V['bert-seqcls'] = (cfg(B, architectures=['BertForSequenceClassification'], id2label={'0':'a','1':'b','2':'c'}, label2id={'a':0,'b':1,'c':2}), 'seqcls')
V['bert-prefix'] = (cfg(B), 'prefix')
V['bert-gamma'] = (cfg(B), 'gamma')
V['bert-types1'] = (cfg(B, type_vocab_size=1), 'types1')
V['bert-bare'] = (cfg(B, ('layer_norm_eps','type_vocab_size','hidden_act','tie_word_embeddings','add_cross_attention','is_decoder')), None)
torch.manual_seed(3)
def r(*s): return torch.randn(*s)
def tensors(kind, c):
    h=c.get('hidden_size'); heads=c['num_attention_heads']; hd=c.get('head_dim') or h//heads; kv=c.get('num_key_value_heads') or heads
    if c['model_type']=='bert': t={k:v.clone().float() for k,v in TB.items()}
    else: t={k:v.clone() for k,v in T.items()}
    if kind in ('mha','hd128','hd64','hd32','h16') :
        if kind=='h16': kv=8   # the default of MistralConfig
        for i in range(c['num_hidden_layers']):
            p=f'model.layers.{i}.self_attn.'
            t[p+'q_proj.weight']=r(heads*hd,h); t[p+'k_proj.weight']=r(kv*hd,h); t[p+'v_proj.weight']=r(kv*hd,h); t[p+'o_proj.weight']=r(h,heads*hd)
    if kind=='bias':
        for k in list(t):
            if k.endswith('proj.weight'): t[k[:-6]+'bias']=r(t[k].shape[0])
    if kind=='tied': del t['lm_head.weight']
    if kind=='tiedcopy': t['lm_head.weight']=t['model.embed_tokens.weight'].clone()
    if kind=='bare': t={k.removeprefix('model.'):v for k,v in t.items() if not k.startswith('lm_head')}
    if kind=='inv':
        for i in range(2): t[f'model.layers.{i}.self_attn.rotary_emb.inv_freq']=r(hd//2)
    if kind=='l12':
        for i in range(2,12):
            for k in list(t):
                if k.startswith('model.layers.0.'): t[k.replace('layers.0.',f'layers.{i}.')]=r(*t[k].shape)
    if kind in ('mlm','seqcls','prefix'):
        t={'bert.'+k:v for k,v in t.items()}
        if kind in('mlm','seqcls') and kind=='mlm': t={k:v for k,v in t.items() if 'pooler' not in k}
    if kind=='mlm':
        t['cls.predictions.bias']=r(512); t['cls.predictions.transform.dense.weight']=r(64,64); t['cls.predictions.transform.dense.bias']=r(64)
        t['cls.predictions.transform.LayerNorm.weight']=r(64); t['cls.predictions.transform.LayerNorm.bias']=r(64)
        t['cls.predictions.decoder.weight']=t['bert.embeddings.word_embeddings.weight'].clone(); t['cls.predictions.decoder.bias']=t['cls.predictions.bias'].clone()
        t['cls.seq_relationship.weight']=r(2,64); t['cls.seq_relationship.bias']=r(2)
    if kind=='seqcls': t['classifier.weight']=r(3,64); t['classifier.bias']=r(3)
    if kind=='gamma':
        t={k.replace('LayerNorm.weight','LayerNorm.gamma').replace('LayerNorm.bias','LayerNorm.beta'):v for k,v in t.items()}
        t['embeddings.position_ids']=torch.arange(64)[None]
    if kind=='types1': t['embeddings.token_type_embeddings.weight']=r(1,64)
    return t
for name,(c,kind) in V.items():
    if only and name not in only: continue
    d=f'{OUT}/{name}'; shutil.rmtree(d, ignore_errors=True); os.makedirs(d)
    src = 'bert/bert' if c['model_type']=='bert' else 'llama/llama-spm-gqa'
    for f in os.listdir(arch(src)):
        if 'token' in f and not f.startswith('expected') or f=='vocab.txt': shutil.copy(os.path.join(arch(src),f), d)
    json.dump(c, open(f'{d}/config.json','w'), indent=1)
    t=tensors(kind,c)
    save_file({k:v.contiguous() for k,v in t.items()}, f'{d}/model.safetensors', metadata={'format':'pt'})
    p=subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)),'driver.py'), CONV, d, '--outtype','f32','--outfile',f'{d}/out.gguf'],capture_output=True,text=True)
    head=[[k,list(v.shape)] for k,v in t.items()]
    rec={'config':c,'tensors':sorted(head)}
    if p.returncode or not os.path.exists(f'{d}/out.gguf'):
        rec['failed']=p.stderr.strip().splitlines()[-1:]
        print(name,'FAILED',rec['failed'])
    else:
        R=gguf.GGUFReader(f'{d}/out.gguf')
        A=R.fields['general.architecture'].contents()
        kv=[]
        for f in R.fields.values():
            if f.name.startswith(A+'.') or f.name=='tokenizer.ggml.token_type_count' :
                v=f.contents(); kv.append([f.name,f.types[0].name if len(f.types)==1 else f.types[0].name+'/'+f.types[-1].name,v])
        rec['keys']=kv
        rec['gguf']=[[x.name,[int(n) for n in reversed(x.shape)],hashlib.sha256(x.data.tobytes()).hexdigest()] for x in R.tensors]
        fr=[x for x in R.tensors if x.name=='rope_freqs.weight']
        if fr: rec['rope_freqs']=[int(b) for b in fr[0].data.view(np.uint32)]
        print(name,[x[0].split('.',1)[1]+'='+str(x[2]) for x in kv if 'rope' in x[0] or 'length' in x[0] or 'kv' in x[0] or 'eps' in x[0]])
    json.dump(rec, open(f'{OUT}/{name}.json','w'))
