extension KnownRankTokenizer {
  /// The known tokenizers.
  static let all: [KnownRankTokenizer] = [
    KnownRankTokenizer(
      names: ["cl100k_base", "cl100k", "gpt-4", "gpt-3.5-turbo"], pattern: Splitters.cl100k,
      fixed: [
        ("<|endoftext|>", 100257), ("<|fim_prefix|>", 100258), ("<|fim_middle|>", 100259),
        ("<|fim_suffix|>", 100260), ("<|endofprompt|>", 100276),
      ],
      digests: ["223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"],
      roles: [(.eos, "<|endoftext|>")]),
    KnownRankTokenizer(
      names: ["gpt2", "gpt-2", "r50k_base"], pattern: PreTokenizerSteps.gpt2,
      fixed: [("<|endoftext|>", 50256)], digests: [gpt2Digest], modelTypes: ["gpt2"],
      roles: [(.bos, "<|endoftext|>"), (.eos, "<|endoftext|>")]),
    KnownRankTokenizer(
      names: ["llama3", "llama-3"], pattern: words(digits: #"\p{N}{1,3}"#),
      following: [
        "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_{0...1}|>",
        "<|finetune_right_pad_id|>", "<|step_id|>", "<|start_header_id|>", "<|end_header_id|>",
        "<|eom_id|>", "<|eot_id|>", "<|python_tag|>", "<|image|>",
        "<|reserved_special_token_{2...245}|>",
      ],
      digests: ["82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55"],
      modelTypes: ["llama", "mllama"], roles: llamaRoles, addsBeginning: true),
    KnownRankTokenizer(
      names: ["llama4", "llama-4"], pattern: casedWords,
      following: [
        "<|begin_of_text|>", "<|end_of_text|>", "<|fim_prefix|>", "<|fim_middle|>",
        "<|fim_suffix|>", "<|header_start|>", "<|header_end|>", "<|eom|>", "<|eot|>", "<|step|>",
        "<|text_post_train_reserved_special_token_{0...5}|>", "<|python_start|>",
        "<|python_end|>", "<|finetune_right_pad|>",
        "<|text_post_train_reserved_special_token_{8...68}|>", "<|image_start|>", "<|image_end|>",
        "<|vision_reserved_special_token_{0...1}|>", "<|tile_x_separator|>",
        "<|tile_y_separator|>", "<|vision_reserved_special_token_{2...5}|>", "<|image|>",
        "<|vision_reserved_special_token_{6...6}|>", "<|patch|>",
        "<|vision_reserved_special_token_{7...1047}|>",
        "<|reasoning_reserved_special_token_{0...7}|>", "<|reasoning_thinking_start|>",
        "<|reasoning_thinking_end|>", "<|reserved_special_token_{0...903}|>",
      ],
      digests: ["d0bdbaf59b0762c8c807617e2d8ea51420eb1b1de266df2495be755c8e0ed6ed"],
      modelTypes: ["llama4", "llama4_text"], roles: llamaRoles, addsBeginning: true),
    KnownRankTokenizer(
      names: ["o200k_base", "o200k", "gpt-4o"], pattern: casedWords,
      fixed: [("<|endoftext|>", 199999), ("<|endofprompt|>", 200018)], digests: [o200kDigest],
      roles: [(.eos, "<|endoftext|>")]),
    KnownRankTokenizer(
      names: ["o200k_harmony", "gpt-oss"], pattern: casedWords,
      fixed: [
        ("<|startoftext|>", 199998), ("<|endoftext|>", 199999), ("<|return|>", 200002),
        ("<|constrain|>", 200003), ("<|channel|>", 200005), ("<|start|>", 200006),
        ("<|end|>", 200007), ("<|message|>", 200008), ("<|call|>", 200012),
        ("<|endofprompt|>", 200018),
      ]
        + (Array(200000...200001) + [200004] + Array(200009...200011) + Array(200013...200017)
        + Array(200019...201087)).map { ("<|reserved_\($0)|>", Int32($0)) },
      digests: [o200kDigest], modelTypes: ["gpt_oss"],
      roles: [(.bos, "<|startoftext|>"), (.eos, "<|return|>"), (.pad, "<|endoftext|>")]),
    KnownRankTokenizer(
      names: ["p50k_base"], pattern: PreTokenizerSteps.gpt2, fixed: [("<|endoftext|>", 50256)],
      digests: [p50kDigest], roles: [(.eos, "<|endoftext|>")]),
    KnownRankTokenizer(
      names: ["p50k_edit"], pattern: PreTokenizerSteps.gpt2,
      fixed: [
        ("<|endoftext|>", 50256), ("<|fim_prefix|>", 50281), ("<|fim_middle|>", 50282),
        ("<|fim_suffix|>", 50283),
      ], digests: [p50kDigest], roles: [(.eos, "<|endoftext|>")]),
    KnownRankTokenizer(
      names: ["qwen", "qwen2"], pattern: words(digits: #"\p{N}"#),
      following: ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|extra_{0...204}|>"],
      composes: true,
      digests: ["b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186"],
      modelTypes: ["qwen"], roles: [(.eos, "<|endoftext|>")]),
    KnownRankTokenizer(
      names: ["tekken"], pattern: tekken,
      following: []),
    whisper("whisper", languages: whisperLanguages),
    whisper("whisper-large-v3", languages: whisperLanguages + " yue"),
  ]

  private static let gpt2Digest =
    "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"
  private static let o200kDigest =
    "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
  private static let p50kDigest =
    "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"
  private static let llamaRoles: [(role: SpecialRole, text: String)] = [
    (.bos, "<|begin_of_text|>"), (.eos, "<|end_of_text|>"),
  ]

  /// Whisper's English and multilingual files; later models know one more language.
  private static func whisper(_ name: String, languages: String) -> KnownRankTokenizer {
    KnownRankTokenizer(
      names: [name], pattern: PreTokenizerSteps.gpt2,
      following: ["<|endoftext|>", "<|startoftranscript|>"]
        + languages.split(separator: " ").map { "<|\($0)|>" } + [
          "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>",
          "<|notimestamps|>",
        ] + (0...1500).map { "<|\($0 / 50).\($0 % 50 < 5 ? "0" : "")\($0 % 50 * 2)|>" },
      digests: [gpt2Digest, "b34b360dbb493e781e479794586d661700670d65564001f23024971d1f2fa126"],
      modelTypes: ["whisper"], roles: [(.bos, "<|endoftext|>"), (.eos, "<|endoftext|>")])
  }

  private static func words(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  private static let casedWords =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
    + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
    + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  private static let tekken =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"#
    + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|"#
    + #"\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// The languages of Whisper, as its tokens name them.
  private static let whisperLanguages =
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th "
    + "ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl "
    + "mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg "
    + "as tt haw ln ha ba jw su"
}
