internal import Tokenizers

/// Texts made to find differences between tokenizers: scripts, spaces, digits, contractions, forms of
/// composition, emoji, controls, code, long words, look-alikes of special tokens.
enum StressCorpus {
  /// The texts, all of them UTF-8.
  static let texts: [[UInt8]] = [
    sentences, words, marks, code, specials, spaces, numbers, contractions, controls, composition,
    long, mixtures,
  ].flatMap { $0 }.map { Array($0.utf8) }

  /// Sentences in many scripts.
  private static let sentences: [String] = [
    "A small boat crossed the bay before the storm; nobody saw it leave.",
    "THE SIGN SAID: NO ENTRY. It did NOT say why, McDonald's iPhone eBay XMLHttpRequest",
    "Der Fluß führt Hochwasser, Straßenbahnen fahren über Größe und Änderung.",
    "Où est passé l'été ? « Là-bas », dit-elle, à côté de l'œuvre naïve.",
    "¿Mañana vendrá el niño? ¡Qué pingüino tan ágil!",
    "Não há informação, só ilusões e corações.", "Perché così? L'università è più in là.",
    "Łódź żółwia płynie wśród gęstych źdźbeł trawy.", "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "Şişli'de ığdır İzmir ile Iğdır çok güzeldi", "Việc điều hành ở Việt Nam tiếng Việt rất khó",
    "Быстрая лодка прошла мимо берега; ёлка растёт.", "Її ґанок стоїть поруч із їжаком.",
    "Η μικρή βάρκα πέρασε τον κόλπο ᾳ ΰ ΐ Σίσυφος ΟΔΥΣΣΕΥΣ.", "Փոքրիկ նավակը անցավ ծոցը։",
    "პატარა ნავმა გადაცურა ყურე ᲒᲐᲛᲐᲠᲯᲝᲑᲐ.", "הסירה הקטנה חצתה את המפרץ, שָׁלוֹם עֲלֵיכֶם",
    "عبر القارب الصغير الخليج قبل العاصفة، السَّلَامُ عَلَيْكُمْ ١٢٣", "قایق کوچک از خلیج گذشت می‌رود ۱۲۳۴",
    "یہ چھوٹی کشتی ہے", "छोटी नाव ने खाड़ी पार की क्षत्रिय ज्ञान १२३", "ছোট নৌকাটি উপসাগর পার হল",
    "ਛੋਟੀ ਕਿਸ਼ਤੀ", "નાની હોડી", "சிறிய படகு விரிகுடாவைக் கடந்தது", "చిన్న పడవ క్ష్మ", "ಸಣ್ಣ ದೋಣಿ", "ചെറിയ വള്ളം ക്ഷ",
    "කුඩා බෝට්ටුව ක්‍ෂ", "เรือเล็กข้ามอ่าวก่อนพายุ ๑๒๓", "ເຮືອນ້ອຍ", "လှေငယ်လေး", "ទូកតូច", "གྲུ་ཆུང་",
    "ትንሽ ጀልባ", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ꭰꭱ", "ᐃᓄᒃᑎᑐᑦ", "小船在暴风雨前穿过了海湾。没有人看见它离开！", "小船在暴風雨前穿過海灣，龍馬精神。",
    "嵐の前に小さな船が湾を渡った。ｶﾀｶﾅと漢字とひらがな、ｱﾊﾞ", "작은 배가 폭풍 전에 만을 건넜다 각", "\u{1100}\u{1161}\u{11A8}한글",
    "𠀀𠀁𪚥𰀀 rare ideographs 㐀䶵", "𝔉𝔯𝔞𝔨𝔱𝔲𝔯 𝟘𝟙𝟚 𝒮𝒸𝓇𝒾𝓅𝓉", "ⅣⅧ ①②③ ㎏ ﬁ ﬀ ½ ⁷ ₂ ™ Å Ω",
    "ǅ ǈ ǋ ᾈ ʰ ˠ ª º ﬃ ẞ ŉ ǰ", "ɓʕə ʻokina Hawaiʻi ŋ", "🂡 ♞ ⚀ ☂ ✂ ➔ ∑∫≠≤∞ ∀x∈ℝ √2≈1.41",
  ]

  /// Words that differ in case, accents and what stands around them.
  private static let words: [String] = [
    "word", " word", "  word", "word ", "Word", "WORD", "wOrD", "WORDword", "wordWORD", "word1word",
    "_word_", "-word-", "(word)", "\"word\"", "'word'", "word,word", "word.word", "word/word",
    "word\\word", "word@word.example", "#word", "$word", "%word", "&word;", "*word*", "~word",
    "a", "A", "ab", "é", "e\u{301}", "ñ", "ß", "ı", "İ", "ſ", "K", "Å", "\u{FEFF}word",
    "wo\u{AD}rd",
    "wo\u{200B}rd", "wo\u{200D}rd", "wo\u{2060}rd", "naïve café", "nai\u{308}ve cafe\u{301}",
    "Ünïcödé", "HTTPServer2Go", "snake_case_name", "camelCaseName", "kebab-case-name",
    "SCREAMING_CASE",
  ]

  /// Punctuation, alone and in runs.
  private static let marks: [String] = [
    "!", "!!", "!!!", "...", "…", "?!", "--", "—", "–", "-", "___", "***", "###", "===", "~~~",
    "\\\\",
    "//", "/* */", "<!-- -->", "«»", "“quoted”", "‘quoted’", "、。「」", "،؛؟", "¿¡", "§¶†‡", "@@@@",
    "$$$$", "%%%%", "^^^^", "&&&&", "||||", "....!!!!????", ".\n.\n.", "!\r\n!", "/\n/", "a/\n/b",
    "(((",
    ")))", "[[]]", "{{}}", "<<>>", "'", "''", "`", "```", "\"", "\"\"", "·•‧", "€£¥₹₿", "°C",
    "a!b?c.d,e;f:g", " !", " ! ", "!  !", "\u{300}\u{301}\u{302}", "a\u{300}\u{301}\u{302}b",
    "\u{20E3}",
    "👍", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "1️⃣2️⃣", "❤️", "❤", "🫠🫨🪿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "ok👌ok", " 👌 ", "👌\n👌",
  ]

  /// Source code and data.
  private static let code: [String] = [
    "def f(x):\n    return x ** 2\n\n\nclass A(B):\n\tdef g(self, *args, **kwargs): pass\n",
    "for (int i = 0; i < 10; ++i) {\n  a[i] += b[i] * 0x1F;\n}\n",
    "if err != nil {\r\n\t\treturn fmt.Errorf(\"bad: %w\", err)\r\n}\r\n",
    "SELECT a, COUNT(*) FROM t WHERE b LIKE '%x%' GROUP BY 1;",
    "<div class=\"a b\">\n  <p>x</p>\n</div>",
    "{\"key\": [1, 2.5e-3, null, true], \"tab\\t\": \"\\u00e9\"}",
    "https://example.org/a/b?c=d&e=%20f#g",
    "user.name+tag@mail.example.org", "C:\\Users\\me\\file.txt", "/usr/local/lib/x86_64.so.1.2.3",
    "\\begin{equation} E = mc^2 \\end{equation}", "let x: Vec<Option<&'a str>> = vec![];",
    "a=b==c!=d<=e>=f=>g->h::i...j&&k||l", "#!/bin/sh\nset -eu\necho \"$HOME\" | tr 'a-z' 'A-Z'\n",
    "- [ ] item\n  - [x] done\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n",
    "0b1010 0o17 0xdead_beef 1_000_000",
    "2026-11-21T16:07:18.123Z", "192.168.0.1:8080", "deadbeefcafebabe0123456789abcdef", "++i--",
    "*ptr->x",
    "                                        deep", "\t\t\t\t\t\tdeep", " \t \t mixed",
    "x\n\n\n\n\n\n\n\ny",
  ]

  /// What looks like special tokens, whole and broken.
  private static let specials: [String] = [
    "<|endoftext|>", "<|endoftext|", "<|end of text|>", "|endoftext|>",
    "<|im_start|>user\nhi<|im_end|>\n",
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>", "<|fim_prefix|>",
    "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext|><|endoftext|>", "<|ENDOFTEXT|>", "<s>",
    "</s>",
    "<s>text</s>", "< s >", "<unk>", "<pad>", "<mask>", "[INST] hi [/INST]",
    "[CLS] a [SEP] b [SEP]", "[MASK]",
    "[UNK]", "[PAD]", "[gMASK]<sop>", "<0x41>", "<0x0A>", "<0xFF>", "▁", "▁a", "▁▁", "a▁b", "##a",
    "Ġ", "Ċ",
    "Ġa", "Ċa", "â", "ï»¿", "</w>", "word</w>", "@@", "wo@@ rd", "<extra_id_0>",
    "<｜end▁of▁sentence｜>",
    "<unused0>", "<start_of_turn>model", "<|reserved_special_token_0|>", "<SPECIAL_1>", "<|0.00|>",
    "<|x|>",
  ]

  /// Runs of spaces of all kinds.
  private static let spaces: [String] = {
    var texts = [
      "", " ", "  ", "   ", "    ", "\n", "\n\n", "\r\n", "\r", "\t", "\t\t", " \n", "\n ", " \n ",
      "\r\r\n\n",
    ]
    let kinds: [Unicode.Scalar] = [
      "\u{20}", "\u{9}", "\u{A}", "\u{B}", "\u{C}", "\u{D}", "\u{1C}", "\u{1F}", "\u{85}", "\u{A0}",
      "\u{1680}", "\u{180E}",
      "\u{2000}", "\u{2003}", "\u{200A}", "\u{200B}", "\u{2028}", "\u{2029}", "\u{202F}",
      "\u{205F}", "\u{3000}", "\u{FEFF}",
    ]
    for kind in kinds {
      let space = String(kind)
      texts += [
        space + "a", "a" + space, "a" + space + "b", "a" + space + space + space + "b",
        space + space + "1", "!" + space + space,
        "a" + space + " b", "a " + space + "b", "a\n" + space + "\nb", space + "\n" + space,
      ]
    }
    for count in [5, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100, 200] {
      texts += [
        String(repeating: " ", count: count), "a" + String(repeating: " ", count: count) + "b",
        String(repeating: "\n", count: count) + "x", "x" + String(repeating: "\t", count: count),
        String(repeating: " \n", count: count),
      ]
    }
    return texts
  }()

  /// Digits: runs, groups and other scripts'.
  private static let numbers: [String] = {
    var texts = (1...24).map { String("314159265358979323846264".prefix($0)) }
    texts += (1...12).map { String(repeating: "3", count: $0) }
    texts += [
      "1,234,567.89", "1 234 567", "1.2.3.4", "-17", "+3", "1e10", "3/4", "50%", "$9.99", "007",
      "a1b22c333d4444", "1a", "x 12 345",
      "٠١٢٣٤٥", "०१२३४५", "０１２３４５", "𝟎𝟏𝟐𝟑𝟒", "Ⅷ", "²³", "①②", "½¾", "一二三四五", "१२३abc456", " 1",
      "  12", "12\n34",
    ]
    return texts
  }()

  /// English contractions and what looks like them.
  private static let contractions: [String] = {
    var texts: [String] = []
    for end in [
      "s", "t", "re", "ve", "m", "ll", "d", "S", "T", "RE", "VE", "M", "LL", "D", "Re", "lL", "ſ",
      "x", "sa", "llo",
    ] {
      texts += [
        "it'\(end)", "it’\(end)", "IT'\(end)", "'\(end)", " '\(end)", "1'\(end)", "it'\(end) now",
        "it'\(end)'\(end)", "é'\(end)",
      ]
    }
    return texts
  }()

  /// Control characters, noncharacters and those without an assignment.
  private static let controls: [String] = {
    var texts: [String] = []
    let values: [UInt32] =
      Array(0...31) + [
        127, 128, 0x9F, 0xAD, 0x300, 0x378, 0x61C, 0x200E, 0x202E, 0x2066, 0xE000, 0xFDD0, 0xFFFD,
        0xFFFE, 0xFFFF, 0x1FFFE, 0xE0001, 0xF0000, 0x10FFFF,
      ]
    for scalar in values.compactMap({ Unicode.Scalar($0) }) {
      texts += ["\(scalar)", "a\(scalar)b", " \(scalar) ", "\(scalar)\(scalar)\(scalar)"]
    }
    return texts
  }()

  /// Composed, decomposed and compatible spellings.
  private static let composition: [String] = [
    "é e\u{301} É E\u{301}", "ệ e\u{323}\u{302} e\u{302}\u{323}", "Å A\u{30A} \u{212B}",
    "가 \u{1100}\u{1161}", "각 가\u{11A8}",
    "ﬁ fi", "Ａ A", "ｶﾞ ガ", "① 1", "\u{1E9B}\u{323}", "\u{344}", "\u{958}", "\u{FB1D}", "\u{1D15E}",
    "q\u{307}\u{323}", "ṩ s\u{323}\u{307}",
    "Ti\u{1EBF}ng Ti\u{302}\u{301}ng", "ö o\u{308} Ö", "ñ n\u{303}", "ё е\u{308}", "й и\u{306}",
    "\u{2126} Ω", "\u{F900} 豈", "\u{200D}\u{200C}",
  ]

  /// Long words, long runs.
  private static let long: [String] = [
    String(repeating: "a", count: 1000), String(repeating: "ab", count: 700),
    String(repeating: "abc", count: 400),
    String(repeating: "é", count: 300), String(repeating: "中", count: 300),
    String(repeating: "👍", count: 100),
    String(repeating: "!", count: 500), String(repeating: "=-", count: 300),
    String(repeating: "the ", count: 300),
    String(repeating: "ACGT", count: 200), String(repeating: "01", count: 300),
    String(repeating: "e\u{301}", count: 200),
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "supercalifragilisticexpialidocioussupercalifragilisticexpialidocious",
    String(repeating: "Qu1ck_", count: 120),
    String(repeating: "/", count: 257), String(repeating: " a", count: 500),
    String(repeating: "\u{300}", count: 150),
  ]

  /// Sequences of parts that meet at unusual places, the same in every run.
  private static let mixtures: [String] = {
    let parts = [
      " ", "  ", "\n", "\t", "a", "B", "the", " of", "1", "23", "é", "e\u{301}", "中", "한", "ж", "ع",
      "ก", "'s", "'", "-", ".", "!", "👍", "🏽", "\u{200D}", "_",
      "<|", "|>", "[", "]", "▁", "\u{A0}", "\u{3000}", "ing", "Ä", "ß", "\r\n", "/", "\\", "\u{0}",
      "ﬁ", "٣", "\u{FE0F}", "क्", "ि",
    ]
    var state: UInt64 = 0x2545_F491_4F6C_DD1D
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    return (0..<400).map { _ in
      (0..<(2 + next(14))).map { _ in parts[next(parts.count)] }.joined()
    }
  }()

  /// Bytes that are not UTF-8, for tokenizers that keep them.
  static let brokenTexts: [[UInt8]] = [
    [0xFF], [0x80], [0xC3], [0xE4, 0xB8], [0xF0, 0x9F, 0x91], [0x61, 0xFF, 0x62], [0xC0, 0x80],
    [0xED, 0xA0, 0x80],
    [0x20, 0xC3, 0x20, 0xA9], [0xF5, 0x80, 0x80, 0x80], [0xE4, 0xB8, 0xAD, 0xE4, 0xB8],
    [0xFE, 0xFF, 0x61, 0x00],
  ]

  /// Most added tokens that texts are made of.
  private static let tokenCount = 96

  /// Texts with a tokenizer's own special and added tokens, whole and broken.
  static func specialTexts(of definition: TokenizerDefinition) -> [[UInt8]] {
    let tokens = definition.addedTokens
    let chosen =
      tokens.prefix(tokenCount / 2) + tokens.dropFirst(tokenCount / 2).suffix(tokenCount / 2)
    var texts: [String] = []
    var previous = ""
    for token in chosen {
      let text = token.content
      texts += [
        text, " \(text) ", "a\(text)b", "a \(text) b", text + text, previous + text, text + "\n",
        String(text.dropLast()),
        String(text.dropFirst()), text.uppercased(), "1\(text)1", "é\(text)é", "\(text)\u{301}",
      ]
      previous = text
    }
    if chosen.count < tokens.count { texts += tokens.map(\.content) }
    return texts.map { Array($0.utf8) }
  }
}
