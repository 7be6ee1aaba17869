// Ids of texts by llama.cpp, from the vocabulary of a GGUF.
//
// usage: llama_ids FILE.gguf plain|parse|added < texts > ids
// Texts: for each its length (u32, little-endian) and its bytes. Ids: a line for each text. `parse`:
// special tokens in text count; `added`: those around a text too.
// build: g++ -O1 llama_ids.cpp -I llama.cpp/include -I llama.cpp/ggml/include -lllama -lggml -lggml-base
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "llama.h"

int main(int count, char ** arguments) {
  if (count != 3) return 64;
  const std::string mode = arguments[2];
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  llama_backend_init();
  llama_model_params parameters = llama_model_default_params();
  parameters.vocab_only = true;
  llama_model * model = llama_model_load_from_file(arguments[1], parameters);
  if (model == nullptr) return 65;
  const llama_vocab * vocabulary = llama_model_get_vocab(model);
  uint32_t length;
  while (std::fread(&length, sizeof length, 1, stdin) == 1) {
    std::string text(length, '\0');
    if (length > 0 && std::fread(text.data(), 1, length, stdin) != length) return 66;
    std::vector<llama_token> ids(text.size() * 4 + 16);
    const int n = llama_tokenize(
        vocabulary, text.data(), text.size(), ids.data(), ids.size(), mode == "added", mode != "plain");
    for (int i = 0; i < n; i++) std::printf(i > 0 ? " %d" : "%d", ids[i]);
    std::puts("");
  }
}
